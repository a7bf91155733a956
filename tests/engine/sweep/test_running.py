"""Sweeps run, go on and end."""

from pathlib import Path

import pytest
from experiments import StopAt, newest, train

from stillhouse.engine.errors import ConfigError
from stillhouse.engine.sweep.grid import parse_grid, points
from stillhouse.engine.sweep.plan import plan_runs
from stillhouse.engine.sweep.running import Progress, duration, run_all
from stillhouse.engine.sweep.sweep import Sweep

SHORT = dict(train_cfg=dict(type="TrainLoop", max_iters=2, val_interval=2))


def test_a_killed_sweep_goes_on_and_a_failing_run_stops_no_other(config, tmp_path: Path):
    grid = points(parse_grid(["optim_wrapper.optimizer.lr=0.01,1e30"]))
    runs = plan_runs(config(**SHORT), {}, grid, 2, tmp_path / "out")
    train(runs[0].experiment, stop=StopAt(1))
    said: list[str] = []
    failed = run_all(runs, jobs=2, say=said.append)
    assert [run.finished for run in runs] == [True, True, False, False]
    assert set(failed) == {runs[2].label, runs[3].label} and all("status" in why for why in failed.values())
    assert "[4/4]" in said[-1] and sum("FAILED" in line for line in said) == 2
    assert newest(runs[0].folder)["loop"]["iter"] == 2
    assert any("resumed from" in log.read_text() for log in runs[0].folder.glob("*/*.log"))
    again: list[str] = []
    assert run_all(runs[:2], say=again.append) == {} and again == ["2 of 2 runs are finished already"]


def test_a_sweep_aggregates_what_it_measured(config, tmp_path: Path):
    sweep = Sweep(str(config(**SHORT)), {}, 2, tmp_path / "out", say=lambda line: None)
    (row,) = sweep.measure(points({}))
    values = row.values["nll"]
    assert sweep.failed == {} and row.seeds == [0, 1] and values[0] != values[1]
    assert row.metrics["nll"].mean == pytest.approx(sum(values) / 2)


def test_less_than_one_job_is_refused():
    with pytest.raises(ConfigError, match="--jobs: got 0, expected at least 1"):
        run_all([], jobs=0)


def test_progress_says_what_is_left(config, tmp_path: Path, monkeypatch):
    runs = plan_runs(config(), {}, points({}), 2, tmp_path)
    clock = iter([100.0, 160.0, 190.0])
    monkeypatch.setattr("stillhouse.engine.sweep.running.time.monotonic", lambda: next(clock))
    progress = Progress(total=5, left=3, jobs=1)
    assert progress.after(runs[0], None) == "[3/5] seed 0: finished; about 2 min 00 s left"
    assert progress.after(runs[1], "no") == "[4/5] seed 1: FAILED: no; about 45 s left"


@pytest.mark.parametrize(("seconds", "text"), [(41.6, "42 s"), (185, "3 min 05 s"), (7620, "2 h 07 min")])
def test_durations(seconds: float, text: str):
    assert duration(seconds) == text
