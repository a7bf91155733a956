"""A run that is killed again and again ends with the bits of one that was left alone."""

from pathlib import Path

import pytest
from experiments import assert_same, everything, loader, newest, train
from killing import run_killed

from stillhouse.engine.run_folder import read_result


@pytest.mark.parametrize("interval", [2, pytest.param(1, marks=pytest.mark.slow)])
def test_ten_kills_change_nothing(config, teacher, tmp_path: Path, interval: int):
    keeping = dict(checkpoint=dict(interval=interval, by_epoch=False, save_best="nll", rule="less"))
    changes = dict(train_cfg=dict(type="TrainLoop", max_epochs=5), default_hooks=keeping)
    path = config(**everything(teacher, **changes))
    train(path, tmp_path / "whole")
    kills = run_killed(path, tmp_path / "killed", kills=10, seed=interval, most=2 + interval)
    assert kills >= 5, "the run finished before it was killed often enough to mean anything"
    whole, killed = (newest_numbered(tmp_path / name) for name in ("whole", "killed"))
    assert_same(whole, killed)
    assert read_result(tmp_path / "whole") == read_result(tmp_path / "killed")
    assert not list((tmp_path / "killed").glob(".*.tmp")), "a killed write left its temporary file behind"


def newest_numbered(folder: Path) -> dict:
    """The last numbered checkpoint; the best one stands for the run otherwise."""
    for best in folder.glob("best_*.pth"):
        best.unlink()
    return newest(folder)


def test_a_run_killed_with_loader_workers_resumes_at_once(config, tmp_path: Path):
    path = config(train_dataloader=loader("train", dataset="NoisyText", num_workers=2))
    train(path, tmp_path / "whole")
    assert run_killed(path, tmp_path / "killed", kills=2, most=3) == 2
    assert_same(newest(tmp_path / "whole"), newest(tmp_path / "killed"))
