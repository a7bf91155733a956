"""Two processes give what one gives."""

import json
from pathlib import Path

import pytest
import torch
from stillhouse.engine.evaluation import DetectionMetric, GatheredMetric, TermMean
from torch import distributed, multiprocessing

WINDOWS = 11


def data() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    labels = torch.randint(0, 2, (WINDOWS,), generator=generator)
    return {
        "index": torch.arange(WINDOWS),
        "y": labels,
        "source": torch.arange(WINDOWS) % 2,
        "duration_s": torch.rand(WINDOWS, generator=generator),
        "score": torch.randn(WINDOWS, generator=generator) + labels,
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
    return {**results, "calibration": metrics[0].calibration}


def work(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    # Rank 1 evaluates the first window again, as a padding sampler would make it.
    rows = torch.arange(WINDOWS)[0::2] if rank == 0 else torch.cat([torch.arange(WINDOWS)[1::2], torch.tensor([0])])
    (Path(folder) / f"{rank}.json").write_text(json.dumps(evaluate(rows)))
    distributed.destroy_process_group()


def test_two_ranks_give_the_result_of_one(tmp_path):
    multiprocessing.spawn(work, args=(str(tmp_path),), nprocs=2)
    alone = evaluate(torch.arange(WINDOWS))
    assert "detection/auroc" in alone
    for rank in range(2):
        assert json.loads((tmp_path / f"{rank}.json").read_text()) == alone


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
