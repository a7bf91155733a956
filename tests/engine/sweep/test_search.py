"""Searches by Optuna, with a function in place of training."""

import math
import statistics
import sys
from pathlib import Path

import pytest

from stillhouse.engine.errors import ConfigError
from stillhouse.engine.evaluation.seeds import Spread
from stillhouse.engine.sweep.grid import Point
from stillhouse.engine.sweep.search import Range, Search, parse_ranges, run_search
from stillhouse.engine.sweep.table import Row

RANGES = {"a.lr": Range(1e-4, 1.0, log=True), "a.depth": Range(1, 4)}


def search(trials: int, **more) -> Search:
    return Search(RANGES, {"a.losses": ["{'x': 1}", "None"]}, trials, **{"objective": "nll", **more})


def measure(point: Point) -> Row:
    distance = abs(math.log10(point.options["a.lr"]) + 1.5)
    value = distance + abs(point.options["a.depth"] - 3) + (point.options["a.losses"] is None)
    return Row(point, {"nll": Spread(value, None, 1)}, {"nll": [value]}, [0], 9)


def quiet(line: str) -> None:
    """Say nothing."""


def test_it_draws_within_the_ranges(tmp_path: Path):
    pytest.importorskip("optuna")
    seen: list[Row] = []
    rows = run_search(search(12), tmp_path, lambda point: (seen.append(measure(point)), seen[-1])[1], quiet)
    drawn = [row.point.options for row in seen]
    assert all(1e-4 <= one["a.lr"] <= 1 and one["a.depth"] in (1, 2, 3, 4) for one in drawn)
    assert {str(one["a.losses"]) for one in drawn} == {"{'x': 1}", "None"}
    values = [row.metrics["nll"].mean for row in seen]
    assert rows[0].metrics["nll"].mean == min(values)


def test_it_learns_from_what_it_tried(tmp_path: Path):
    pytest.importorskip("optuna")
    seen: list[float] = []

    def far(point: Point) -> Row:
        seen.append(abs(point.options["a.x"] - 0.3))
        return Row(point, {"nll": Spread(seen[-1], None, 1)}, {}, [0], 9)

    run_search(Search({"a.x": Range(0, 1.0)}, {}, 30, "nll"), tmp_path, far, quiet)
    assert statistics.median(seen[20:]) < 0.5 * statistics.median(seen[:10])


def test_a_search_in_two_parts_is_the_search_in_one(tmp_path: Path):
    pytest.importorskip("optuna")
    whole = run_search(search(14), tmp_path / "whole", measure, quiet)

    def dies(point: Point) -> Row:
        dies.calls += 1
        if dies.calls == 12:
            raise KeyboardInterrupt
        return measure(point)

    dies.calls = 0
    with pytest.raises(KeyboardInterrupt):
        run_search(search(14), tmp_path / "parts", dies, quiet)
    parts = run_search(search(14), tmp_path / "parts", measure, quiet)
    assert [row.point for row in parts] == [row.point for row in whole]


def test_failed_trials_are_gone_past(tmp_path: Path):
    pytest.importorskip("optuna")

    def fails(point: Point) -> Row:
        return Row(point, {}, {}, [], None) if point.options["a.depth"] > 2 else measure(point)

    rows = run_search(search(8), tmp_path, fails, quiet)
    assert len(rows) == 8 and rows[0].metrics and not rows[-1].metrics


def test_greater_may_be_better(tmp_path: Path):
    pytest.importorskip("optuna")
    rows = run_search(search(6, rule="greater"), tmp_path, measure, quiet)
    assert rows[0].metrics["nll"].mean == max(row.metrics["nll"].mean for row in rows)


def test_another_search_in_the_same_folder_is_refused(tmp_path: Path):
    pytest.importorskip("optuna")
    run_search(search(1), tmp_path, measure, quiet)
    with pytest.raises(ConfigError, match=r"trials.json: is of another search, .*; choose another --out"):
        run_search(search(1, seed=1), tmp_path, measure, quiet)


def test_an_objective_that_no_run_reports(tmp_path: Path):
    pytest.importorskip("optuna")
    with pytest.raises(ConfigError, match=r"--objective nl: the runs have nll\. Did you mean 'nll'\?"):
        run_search(search(1, objective="nl"), tmp_path, measure, quiet)


def test_without_optuna_the_extra_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "stillhouse\[sweep\]"'):
        run_search(search(1), tmp_path, measure, quiet)


def test_ranges():
    assert parse_ranges(["a=1:4", "b.c=1e-4:1:log"]) == {"a": Range(1, 4), "b.c": Range(1e-4, 1, True)}


@pytest.mark.parametrize("text", ["a", "a=1", "a=2:1", "a=x:1", "a=0:1:log", "a=1:2:lin", "=1:2", "a=0:inf"])
def test_ranges_that_are_none(text: str):
    with pytest.raises(ConfigError, match="expected key=low:high or key=low:high:log"):
        parse_ranges([text])
