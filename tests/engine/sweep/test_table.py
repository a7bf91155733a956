"""The tables of a sweep."""

import json
from pathlib import Path

import pytest

from stillhouse.engine.errors import ConfigError
from stillhouse.engine.run_folder import write_result
from stillhouse.engine.sweep.grid import parse_grid, points
from stillhouse.engine.sweep.plan import PlannedRun, plan_runs
from stillhouse.engine.sweep.table import as_markdown, as_table, chosen_metrics, rows_of, write_tables


@pytest.fixture
def runs(config, tmp_path: Path) -> list[PlannedRun]:
    """Two points, three seeds; the last seed of the second point has not finished."""
    planned = plan_runs(config(), {}, points(parse_grid(["optim_wrapper.optimizer.lr=0.1,0.2"])), 3, tmp_path / "out")
    for number, run in enumerate(planned[:5]):
        run.folder.mkdir(parents=True)
        metrics = {"nll": [1.0, 2.0, 3.0, 5.0, 7.0][number], "name": "x"}
        write_result(run.folder, {"metrics": metrics, "parameters": 9, "parameters_without_vocabulary": 4})
    return planned


def test_mean_and_sample_deviation_over_the_seeds_that_finished(runs):
    first, second = rows_of(runs)
    assert (first.metrics["nll"].mean, first.metrics["nll"].std, first.seeds) == (2.0, 1.0, [0, 1, 2])
    assert (second.metrics["nll"].mean, second.seeds, second.parameters) == (6.0, [0, 1], 9)
    assert second.metrics["nll"].std == pytest.approx(2**0.5)


def test_markdown_json_and_terminal_hold_the_same(runs, tmp_path: Path):
    rows = rows_of(runs)
    markdown, figures = write_tables(rows, ["nll"], "some: title", {"config": "c.py"}, tmp_path)
    assert markdown.read_text() == as_markdown(rows, ["nll"], "some: title") == (
        "# some: title\n\n| lr | seeds | nll |\n| --- | ---: | ---: |\n"
        "| 0.1 | 3 | 2 ± 1 |\n| 0.2 | 2 | 6 ± 1.414 |\n"
    )  # fmt: skip
    content = json.loads(figures.read_text())
    assert content["config"] == "c.py" and content["rows"][0]["options"] == {"optim_wrapper.optimizer.lr": 0.1}
    assert content["rows"][0]["metrics"]["nll"] == {"mean": 2.0, "std": 1.0, "n": 3, "values": [1.0, 2.0, 3.0]}
    assert as_table(rows, ["nll"], "some").row_count == 2


def test_a_point_without_a_finished_run_stays_in_the_table(runs):
    rows = rows_of(runs[3:])
    (runs[3].folder / "result.json").unlink()
    (runs[4].folder / "result.json").unlink()
    assert len(rows) == 1 and "| 0.2 | 0 | – |" in as_markdown(rows_of(runs[3:]), ["nll"], "t")


def test_tested_runs_add_their_test_metrics(runs):
    tested = PlannedRun(runs[0].point, 0, runs[0].experiment, tested=True)
    assert not tested.finished
    (tested.folder / "test.json").write_text(json.dumps({"metrics": {"nll": 4.0}}))
    (row,) = rows_of([tested])
    assert row.values == {"nll": [1.0], "test/nll": [4.0]} and row.metrics["nll"].std is None


def test_a_metric_that_no_run_has_is_refused(runs):
    rows = rows_of(runs)
    assert chosen_metrics(rows, None) == ["nll"]
    with pytest.raises(ConfigError, match="--metrics f1: no such result; there are nll"):
        chosen_metrics(rows, ["f1"])
