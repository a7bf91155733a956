"""Which checkpoints are written and which are kept."""

from pathlib import Path

import pytest
from experiments import StopAt, newest, train

from stillhouse.engine.checkpoint import POINTER, read_checkpoint
from stillhouse.engine.run_folder import read_result
from stillhouse.hooks import CheckpointHook


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.pth"))


def keeping(**arguments) -> dict:
    return dict(default_hooks=dict(checkpoint=arguments))


def test_the_newest_few_are_kept(config, tmp_path: Path):
    train(config(**keeping(interval=2, by_epoch=False, max_keep=2)), tmp_path / "run")
    assert names(tmp_path / "run") == ["iter_10.pth", "iter_8.pth"]
    assert (tmp_path / "run" / POINTER).read_text().strip() == "iter_10.pth"


def test_epochs_are_counted_and_the_last_state_is_always_kept(config, tmp_path: Path):
    train(config(**keeping(interval=2, max_keep=9), train_cfg=dict(type="TrainLoop", max_epochs=3)), tmp_path / "run")
    assert names(tmp_path / "run") == ["iter_10.pth", "iter_15.pth"]


@pytest.mark.parametrize(("rule", "best"), [("less", min), ("greater", max)])
def test_the_best_is_kept_beside_them(config, tmp_path: Path, rule: str, best):
    path = config(
        train_cfg=dict(type="TrainLoop", max_iters=6, val_interval=2),
        **keeping(interval=2, by_epoch=False, max_keep=9, save_best="nll", rule=rule),
    )
    train(path, tmp_path / "run")
    measured = {
        number: read_checkpoint(tmp_path / "run" / f"iter_{number}.pth")["meta"]["metrics"]["nll"]
        for number in (2, 4, 6)
    }
    kept = read_checkpoint(tmp_path / "run" / "best_nll.pth")["meta"]
    assert kept["metrics"]["nll"] == best(measured.values()) == measured[kept["iter"]]
    assert read_result(tmp_path / "run")["best"]["value"] == best(measured.values())


def test_the_best_so_far_survives_a_resume(config, tmp_path: Path):
    path = config(**keeping(interval=1, save_best="nll", rule="greater"))
    train(path, tmp_path / "run", stop=StopAt(5, epoch_end=True))
    first = newest(tmp_path / "run")["hooks"]["CheckpointHook.0"]["best"]
    train(path, tmp_path / "run", resume=True)
    assert read_result(tmp_path / "run")["best"] == first, "nll falls while training, so the first stays the greatest"


def test_max_keep_out_of_range():
    with pytest.raises(ValueError, match=r"CheckpointHook\.max_keep: got 0, expected at least 1"):
        CheckpointHook(max_keep=0)
