"""A test leaves thresholds, windows and a page; publishing takes the thresholds along."""

from pathlib import Path

import numpy as np
import pytest
from can_experiments import ROOT
from scripts import runner

from stillhouse.engine.checkpoint import chosen
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.evaluation import calibrate_components
from stillhouse.engine.publish import load_network, publish
from stillhouse.engine.testing import SCORES, run_result, write_page
from stillhouse.engine.testing import test as measure
from stillhouse.models.can import VGAE
from stillhouse.registry import DATASETS

NAMES = ["score", "node_error", "id_error", "neighbor_error", "difficulty"]


@pytest.fixture(scope="module")
def report(scorer: Path) -> dict:
    """What a test of the small autoencoder measured."""
    return measure(load_config(scorer))


def test_every_component_has_a_threshold(report: dict):
    assert list(report["thresholds"]) == NAMES == list(VGAE.components)
    score = report["thresholds"]["score"]
    assert score["threshold"] == pytest.approx(report["metrics"]["detection/threshold"], rel=1e-5)
    assert score == pytest.approx(report["thresholds"]["node_error"]), "that error is this network's score"
    assert all(found["scale"] > 0 and found["target_fpr"] == 0 for found in report["thresholds"].values())


def test_the_windows_of_a_test_are_kept_with_their_times(report: dict):
    arrays = np.load(Path(report["path"]).parent / SCORES)
    assert set(arrays) == {"scores", "labels", "source", "sources", "start_s", "duration_s"}
    assert len({len(arrays[name]) for name in arrays if name != "sources"}) == 1
    assert report["metrics"]["detection/episode_recall"] <= 1 and "detection/time_to_detect_frames" in report["metrics"]
    assert any(name.endswith("/recall_masquerade") for name in report["metrics"])


def test_the_page_of_a_test(report: dict, monkeypatch):
    monkeypatch.setattr("stillhouse.engine.evaluation.can.timeline_picture.MOST_SOURCES", 1)
    page = write_page(report)
    assert page == Path(report["path"]).parent / "test.html" and "Test of scorer" in page.read_text()
    assert list((page.parent / "test_pictures").glob("events.*")), "TensorBoard shows the pictures"
    assert run_result(report, "scorer").metrics == report["metrics"]


def test_a_run_without_times_has_no_page(report: dict, tmp_path: Path):
    np.savez(tmp_path / SCORES, scores=np.zeros(2))
    assert write_page({**report, "path": str(tmp_path / "test.json")}) is None


def test_publishing_takes_along_what_the_test_left(report: dict, tmp_path: Path):
    run = Path(report["checkpoint"]).parent
    assert load_network(publish(run, tmp_path / "a.pth")).published["thresholds"] == report["thresholds"]
    assert load_network(publish(run, tmp_path / "raw.pth", raw=True)).published["thresholds"] == {}, "other weights"


def test_publishing_calibrates_when_asked(report: dict, scorer: Path, tmp_path: Path):
    run = Path(report["checkpoint"]).parent
    network = load_network(publish(run, tmp_path / "b.pth", calibrate=True, target_fpr=0.05))
    data = DATASETS.build(load_config(scorer).cfg.val_dataloader.dataset)
    assert network.published["thresholds"] == calibrate_components(network, data, 0.05)
    looser, strict = network.published["thresholds"]["score"], report["thresholds"]["score"]
    assert looser["threshold"] < strict["threshold"] and looser["benign_windows"] == strict["benign_windows"]


def test_a_test_of_another_checkpoint_says_nothing(report: dict, tmp_path: Path):
    import shutil

    shutil.copy(report["path"], tmp_path / "test.json")
    shutil.copy(chosen(Path(report["checkpoint"]).parent), tmp_path / "other.pth")
    assert load_network(publish(tmp_path / "other.pth", tmp_path / "c.pth")).published["thresholds"] == {}


def test_without_validation_data_nothing_is_calibrated(report: dict, tmp_path: Path):
    from stillhouse.engine.checkpoint import read_checkpoint, write_checkpoint

    content = read_checkpoint(report["checkpoint"])
    del content["meta"]["config"]["val_dataloader"]
    write_checkpoint(content, tmp_path / "run.pth")
    with pytest.raises(CheckpointError, match=r"run\.pth: its config has no val_dataloader.*without --calibrate"):
        publish(tmp_path / "run.pth", tmp_path / "d.pth", calibrate=True)


def test_the_metric_and_the_function_agree(scorer: Path, report: dict):
    assert report["validation"]["detection/threshold"] == report["metrics"]["detection/threshold"]
    assert report["validation"]["detection/threshold"] == report["thresholds"]["score"]["threshold"]


def test_a_floor_holds_for_the_score_alone(scorer: Path, report: dict, tmp_path: Path):
    experiment = load_config(scorer)
    for loop in ("val_evaluator", "test_evaluator"):
        next(one for one in experiment.cfg[loop] if one["type"] == "DetectionMetric")["floor"] = 9.0
    found = measure(experiment, out=str(tmp_path))
    assert found["thresholds"]["score"]["threshold"] == found["metrics"]["detection/threshold"] == 9.0
    assert found["thresholds"]["node_error"] == report["thresholds"]["node_error"]


def test_the_publishing_tool_shows_the_thresholds(report: dict, tmp_path: Path, monkeypatch, capsys):
    run = runner(str(ROOT / "tools" / "publish.py"), monkeypatch)
    folder = Path(report["checkpoint"]).parent
    assert run(folder, tmp_path / "e.pth", "--calibrate", "--target-fpr", "0.02") == 0
    shown = capsys.readouterr().out
    assert all(f"{name}: threshold " in shown for name in NAMES) and "benign windows" in shown
