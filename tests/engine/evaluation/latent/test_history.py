"""Evaluations come back from a run's log as they were measured."""

import json
from dataclasses import replace

import pytest

from stillhouse.engine.errors import RunFolderError
from stillhouse.engine.evaluation.latent.history import differences, read_history
from stillhouse.engine.evaluation.latent.statistics import Evaluation

ONE = Evaluation((2.0, 1.9), (1.0, 0.9), 1000.0, 6.0, 0.03, 0.1, 0.0, 0.6, 10.0, 1.0, 1.1, 1.05, 500)


def write_log(folder, lines: list[dict]) -> None:
    path = folder / "start" / "vis_data"
    path.mkdir(parents=True)
    (path / "scalars.json").write_text("".join(json.dumps(line) + "\n" for line in lines))


def logged(evaluation: Evaluation, step: int) -> dict:
    return {**{f"val/latent/{name}": value for name, value in evaluation.flat().items()}, "step": step}


def test_evaluations_in_the_order_of_training(tmp_path):
    later = replace(ONE, kurtosis=7.0)
    write_log(tmp_path, [{"train/loss": 1.0, "step": 10}, logged(later, 500), logged(ONE, 1000)])
    assert read_history(tmp_path) == {500: later, 1000: ONE}
    assert list(read_history(tmp_path)) == [500, 1000]


def test_logs_without_the_statistics(tmp_path):
    with pytest.raises(RunFolderError, match="no curves"):
        read_history(tmp_path)
    write_log(tmp_path, [{"val/nll": 1.0, "step": 10}])
    with pytest.raises(RunFolderError, match='Add dict\\(type="LatentStatistics"\\) to val_evaluator'):
        read_history(tmp_path)


def test_a_log_of_another_metric(tmp_path):
    write_log(tmp_path, [{"val/latent/alpha_0": 1.0, "step": 10}])
    with pytest.raises(RunFolderError, match="but no latent/tv_over_std"):
        read_history(tmp_path)


def test_differences():
    assert differences(ONE, ONE) == {}
    assert differences(replace(ONE, kurtosis=6.001), ONE) == {}
    found = differences(replace(ONE, kurtosis=6.1, border=1.0), ONE)
    assert found == {"kurtosis": (6.1, 6.0), "border": (1.0, 1.05)}
