"""The command line of sweeps."""

import json
from pathlib import Path

import pytest
import scripts

ROOT = Path(__file__).resolve().parents[2]
GRID = ("--grid", "optim_wrapper.optimizer.lr=0.01,0.02", "--seeds", 1)


@pytest.fixture
def sweep(monkeypatch):
    return scripts.runner(str(ROOT / "tools" / "sweep.py"), monkeypatch)


def test_a_sweep_lists_runs_and_goes_on(sweep, config, tmp_path: Path, capsys):
    path = config(train_cfg=dict(type="TrainLoop", max_iters=1, val_interval=1))
    assert sweep(path, *GRID, "--out", tmp_path / "out", "--list") == 0
    assert "lr=0.01 seed 0: to do" in capsys.readouterr().out and not (tmp_path / "out").exists()
    assert sweep(path, *GRID, "--out", tmp_path / "out") == 0
    assert "0.02" in capsys.readouterr().out
    assert [row["metrics"]["nll"]["n"] for row in json.loads((tmp_path / "out/sweep.json").read_text())["rows"]] == [
        1,
        1,
    ]
    assert sweep(path, *GRID, "--out", tmp_path / "out") == 0
    assert "2 of 2 runs are finished already" in capsys.readouterr().out


def test_unknown_keys_are_refused_before_anything_runs(sweep, config, tmp_path: Path, capsys):
    assert sweep(config(), "--grid", "optim_wrapper.optimizer.rate=1,2", "--out", tmp_path / "out") == 2
    assert "rate" in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "asked", [("--metrics", "nl"), ("--optuna", 2, "--objective", "nl"), ("--metrics", "nl", "--list")]
)
def test_unknown_results_are_refused_before_anything_runs(sweep, config, tmp_path: Path, asked: tuple, capsys):
    assert sweep(config(), *GRID, *asked, "--out", tmp_path / "out") == 2
    assert "'nl' is no result of these runs; there are 'nll'. Did you mean" in capsys.readouterr().err
    assert not list(tmp_path.glob("out/**/config.py"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--range", "a=1:2"), "--range and --objective need --optuna N"),
        (("--optuna", 3), "--optuna needs at least 1 trial, --objective NAME, and --range or --grid"),
    ],
)
def test_options_that_belong_together(sweep, arguments: tuple, message: str, capsys):
    assert sweep("configs/minigpt.py", *arguments) == 2
    assert message in capsys.readouterr().err
