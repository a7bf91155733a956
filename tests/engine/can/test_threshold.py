import json

import numpy as np
import pytest
from can_detection import Unseen, candump, provenance, traffic

from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.engine.can.detector import Detector
from stillhouse.engine.can.errors import DetectionError
from stillhouse.engine.can.sources import Arrival, LogSource
from stillhouse.engine.can.threshold import benign_scores, fit_threshold, stored_threshold


def test_the_published_threshold_comes_first(tmp_path):
    meta = {"thresholds": {"score": {"threshold": 1.5, "benign_windows": 40}}, "metrics": {"detection/threshold": 9.0}}
    found = stored_threshold(tmp_path / "net.pth", meta)
    assert (found.value, found.windows, found.origin) == (1.5, 40, "net.pth, thresholds")


def test_then_that_of_the_test_of_the_same_checkpoint(tmp_path):
    metrics, test = {"detection/threshold": 9.0}, tmp_path / "test.json"
    report = {"checkpoint": "runs/iter_2.pth", "thresholds": {"score": {"threshold": 2.5}}, "metrics": {}}
    test.write_text(json.dumps(report))
    assert stored_threshold(tmp_path / "iter_2.pth", {"metrics": metrics}).value == 2.5
    assert stored_threshold(tmp_path / "iter_1.pth", {"metrics": metrics}).value == 9.0
    test.write_text(json.dumps({"checkpoint": "iter_2.pth", "metrics": {"detection/threshold": 3.5}}))
    found = stored_threshold(tmp_path / "iter_2.pth", {"metrics": metrics})
    assert found.value == 3.5 and found.origin == str(test)


def test_none_at_all_says_what_to_do(tmp_path):
    with pytest.raises(
        DetectionError, match=r"no threshold came with it. Give one with --threshold, .*--calibrate LOG"
    ):
        stored_threshold(tmp_path / "net.pth", {})


def test_a_threshold_is_the_benign_quantile():
    found = fit_threshold(np.arange(1000.0), 0.01, "x.log")
    assert found.value == 989.0 and found.origin == "0.01 of 1000 benign windows of x.log"
    with pytest.raises(DetectionError, match=r"x.log: holds no whole benign window"):
        fit_threshold(np.zeros(0), 0.01, "x.log")


def test_windows_under_attack_do_not_count_as_benign(tmp_path):
    detector = Detector(Unseen(), GraphMaker.from_provenance(provenance(traffic(2000, 1))))
    scores = benign_scores(detector, [Arrival.now(traffic(400, flood=(100, 200)))])
    assert len(scores) == 15 and scores.max() == 0
    detector.restart()
    path = tmp_path / "benign.log"
    path.write_text(candump(traffic(400)))
    assert len(benign_scores(detector, LogSource(path, (0.5, 1.0)))) == 10
