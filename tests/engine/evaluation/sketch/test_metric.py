"""The statistics as validation results of a run, with a trained judge."""

import math
from pathlib import Path

import experiments
import pytest
import sketch_toys
import torch

from stillhouse.engine.checking import check
from stillhouse.engine.config import Experiment, load_config
from stillhouse.engine.evaluation import SketchStatistics
from stillhouse.engine.evaluation.sketch.judges import build_judges, judge_name
from stillhouse.registry import METRICS


@pytest.fixture(scope="module")
def judge(tmp_path_factory) -> Path:
    """The config of a trained judge."""
    path = experiments.write_config(
        tmp_path_factory.mktemp("judge"), "sketch_judge_toys", **sketch_toys.judge_changes()
    )
    experiments.train(path)
    return path


def process(metric: SketchStatistics, count: int = 10, **changes) -> dict:
    strokes, label = sketch_toys.toys(count, seed=1)
    generated, _ = sketch_toys.toys(count, seed=2)
    batch = {"index": torch.arange(len(label)), "strokes": strokes, "label": label, **changes.get("batch", {})}
    metric.process(batch, {"generated": generated, **changes.get("outputs", {})})
    return metric.evaluate(len(label))


def problems(experiment: Experiment) -> list[str]:
    """What the check finds, but for the text file that the helper of all tests names."""
    return [problem for problem in check(experiment) if "text_file" not in problem]


def test_a_run_logs_every_result_of_its_generator(judge, tmp_path):
    config = experiments.write_config(tmp_path, "flow", **sketch_toys.generator_changes(judge))
    experiment = load_config(config)
    assert problems(experiment) == []
    runner = experiments.train(experiment)
    (metric,) = runner.val_loop.evaluator.metrics
    assert set(runner.metrics) == {f"sketch/{name}" for name in metric.names}
    assert runner.metrics["sketch/agreement_toys"] > 0.9 and runner.metrics["sketch/mmd_ratio"] < 2
    assert all(math.isfinite(value) for value in runner.metrics.values())


def test_a_blank_generator_is_seen_in_training(judge, tmp_path):
    config = experiments.write_config(tmp_path, "flow", **sketch_toys.generator_changes(judge, fault="blank"))
    metrics = experiments.train(config).metrics
    assert metrics["sketch/degenerate"] == 1 and metrics["sketch/agreement_toys"] < 0.5
    assert metrics["sketch/mmd_ratio"] > 10


def test_names_declared_are_names_given(judge):
    named = [dict(config=str(judge), checkpoint="auto")]
    reference = dict(type="ToySketches", split="train")
    for arguments in ({}, {"judges": named}, {"reference": reference}, {"judges": named, "reference": reference}):
        metric = METRICS.build(dict(type="SketchStatistics", **arguments))
        found = process(metric)
        assert [f"sketch/{name}" for name in SketchStatistics.declared(arguments)] == list(found), arguments
        assert metric.names == SketchStatistics.declared(arguments)


def test_the_config_check_knows_the_names(judge, tmp_path):
    hook = dict(type="EarlyStoppingHook", monitor="sketch/agreement_toy", rule="greater", patience=5)
    config = experiments.write_config(tmp_path, "flow", **sketch_toys.generator_changes(judge, custom_hooks=[hook]))
    (problem,) = problems(load_config(config))
    assert "sketch/agreement_toy" in problem and "sketch/agreement_toys" in problem


def test_the_real_side_is_measured_once(monkeypatch):
    metric = SketchStatistics(reference=dict(type="ToySketches", split="train"))
    process(metric)
    real = metric._real
    process(metric)
    assert metric._real is real
    process(metric, count=9)
    assert metric._real is not real


def test_a_batch_that_is_too_small_leaves_nan_where_sets_are_compared():
    found = process(SketchStatistics(), count=1)
    assert math.isnan(found["sketch/mmd_ratio"]) and found["sketch/finite"] == 1


def test_names_of_judges():
    assert judge_name("configs/sketch_judge_raster.py") == "raster" and judge_name("a/other.py") == "other"
    with pytest.raises(
        ValueError, match=r"judges: got the names \['a', 'a'\], which the configs' files give, expected diff"
    ):
        build_judges([dict(config="judge_a.py"), dict(config="x/judge_a.py")])


def test_what_it_refuses():
    with pytest.raises(
        ValueError, match=r"'generated' has the shape \(40, 8\), expected \(B, S, 4, 2\). Name another output"
    ):
        process(SketchStatistics(), outputs={"generated": torch.zeros(40, 8)})
    with pytest.raises(KeyError, match=r"predict\(batch\) has no 'drawn'"):
        process(SketchStatistics(output="drawn"))
