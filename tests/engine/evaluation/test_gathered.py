"""Two processes give what one gives."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from torch import distributed

from stillhouse.engine.evaluation import DetectionMetric, GatheredMetric, TermMean

WINDOWS = 11


def data() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return {
        "index": torch.arange(WINDOWS),
        "y": torch.zeros(WINDOWS, dtype=torch.int64),
        "source": torch.arange(WINDOWS) % 2,
        "duration_s": torch.rand(WINDOWS, generator=generator),
        "score": torch.randn(WINDOWS, generator=generator),
    }


def evaluate(rows: torch.Tensor) -> dict:
    """Both metrics over the windows ``rows``, in batches of two, as one process of several."""
    metrics = [DetectionMetric(target_fpr=0.2), TermMean(["score"])]
    for metric in metrics:
        metric.dataset_meta = {"split": "val", "sources": ["val/a", "val/b"]}
        for part in rows.split(2):
            batch = {name: values[part] for name, values in data().items()}
            metric.process(batch, batch)
    results = {name: value for metric in metrics for name, value in metric.evaluate(WINDOWS).items()}
    return {**results, "calibration": metrics[0].calibration, "groups": metrics[0].groups}


def evaluate_as(rank: int, folder: Path) -> dict:
    """What the process of that rank, of two, finds."""
    meeting = f"file://{folder}/meeting"
    distributed.init_process_group("gloo", meeting, timedelta(seconds=60), rank=rank, world_size=2)
    # Rank 1 evaluates the first window again, as a sampler that pads would make it.
    share = torch.arange(WINDOWS)[0::2] if rank == 0 else torch.cat([torch.arange(WINDOWS)[1::2], torch.tensor([0])])
    try:
        return evaluate(share)
    finally:
        distributed.destroy_process_group()


def test_two_ranks_give_the_result_of_one(tmp_path):
    other = subprocess.Popen([sys.executable, __file__, str(tmp_path)])
    first = evaluate_as(0, tmp_path)
    assert other.wait(60) == 0
    alone = evaluate(torch.arange(WINDOWS))
    assert alone["detection/fpr"] == 2 / 11
    assert first == alone
    assert json.loads((tmp_path / "second.json").read_text()) == alone


def test_predictions_may_come_in_a_list():
    metric = TermMean(["score"])
    metric.process(data(), [data()])
    assert metric.evaluate(WINDOWS) == {"score": pytest.approx(float(data()["score"].double().mean()))}


def test_an_unfinished_metric_says_what_it_lacks():
    with pytest.raises(TypeError, match=r"GatheredMetric does not define rows\(batch, outputs\)"):
        GatheredMetric().process({"index": torch.arange(2)}, {})
    with pytest.raises(TypeError, match=r"GatheredMetric does not define compute\(rows\)"):
        GatheredMetric().compute({})


def test_a_calibration_is_copied():
    metric, fitted = GatheredMetric(), {"scale": 2.0}
    metric.load_calibration(fitted)
    fitted["scale"] = 3.0
    assert metric.calibration == {"scale": 2.0}


if __name__ == "__main__":
    torch.set_num_threads(1)
    meeting_folder = Path(sys.argv[1])
    (meeting_folder / "second.json").write_text(json.dumps(evaluate_as(1, meeting_folder)))
