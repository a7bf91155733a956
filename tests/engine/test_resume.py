"""A stopped and resumed run ends with the bits of one that was never stopped."""

from pathlib import Path

import pytest
import torch
from experiments import StopAt, assert_same, everything, loader, newest, train

from stillhouse.engine.config import load_config
from stillhouse.engine.random_state import random_state
from stillhouse.engine.run_folder import read_result
from stillhouse.engine.runner import EngineRunner


@pytest.mark.parametrize(
    ("iteration", "epoch_end"), [(1, False), (3, False), (5, False), (5, True), (9, False), (10, False)]
)
def test_everything_resumes_bit_for_bit(config, teacher, tmp_path: Path, iteration: int, epoch_end: bool):
    path = config(**everything(teacher))
    whole = tmp_path / "whole"
    train(path, whole)
    stopped = tmp_path / "stopped"
    train(path, stopped, stop=StopAt(iteration, epoch_end))
    assert newest(stopped)["loop"]["iter"] == iteration
    train(path, stopped, resume=True)
    assert_same(newest(whole), newest(stopped))
    ended, expected = read_result(stopped), read_result(whole)
    assert ended == expected and ended["epochs"] == 2


def test_random_transforms_do_not_depend_on_workers_and_resume(config, tmp_path: Path):
    alone = config("alone", train_dataloader=loader("train", dataset="NoisyText"))
    helped = config("helped", train_dataloader=loader("train", dataset="NoisyText", num_workers=2))
    train(alone, tmp_path / "alone")
    train(helped, tmp_path / "helped", stop=StopAt(3))
    train(helped, tmp_path / "helped", resume=True)
    assert_same(newest(tmp_path / "alone"), newest(tmp_path / "helped"))


def test_runs_counted_in_iterations_resume_too(config, tmp_path: Path):
    path = config(train_cfg=dict(type="TrainLoop", max_iters=10, val_interval=3))
    train(path, tmp_path / "whole")
    for iteration in (4, 10):
        train(path, tmp_path / "stopped", resume=True, stop=StopAt(iteration))
    train(path, tmp_path / "stopped", resume=True)
    assert_same(newest(tmp_path / "whole"), newest(tmp_path / "stopped"))
    assert read_result(tmp_path / "whole") == read_result(tmp_path / "stopped")


def test_resume_from_a_named_earlier_checkpoint_keeps_what_it_writes(config, tmp_path: Path):
    path = config(default_hooks=dict(checkpoint=dict(interval=2, by_epoch=False, max_keep=2)))
    work_dir = tmp_path / "run"
    train(path, work_dir)
    whole = newest(work_dir)
    train(path, tmp_path / "other", stop=StopAt(2))
    earlier = (tmp_path / "other" / "iter_2.pth").rename(work_dir / "iter_2.pth")
    train(path, work_dir, resume=str(earlier), stop=StopAt(4))
    assert newest(work_dir)["loop"]["iter"] == 4, "the file just written must outlive those of the abandoned branch"
    train(path, work_dir, resume=True)
    assert_same(whole, newest(work_dir))


def test_resuming_a_finished_run_changes_nothing(config, tmp_path: Path):
    path = config()
    train(path, tmp_path / "run")
    before, result = newest(tmp_path / "run"), read_result(tmp_path / "run")
    train(path, tmp_path / "run", resume=True)
    assert_same(before, newest(tmp_path / "run"))
    assert read_result(tmp_path / "run") == result


def test_resume_where_nothing_is_begins_anew(config, tmp_path: Path):
    runner = train(config(train_cfg=dict(type="TrainLoop", max_iters=1)), tmp_path / "run", resume=True)
    assert runner.iter == 1


def test_another_seed_ends_elsewhere(config, tmp_path: Path):
    path = config(train_cfg=dict(type="TrainLoop", max_iters=2))
    train(path, tmp_path / "a")
    train(path, tmp_path / "b", seed=1)
    with pytest.raises(AssertionError, match="differ"):
        assert_same(newest(tmp_path / "a"), newest(tmp_path / "b"), ("state_dict",))


def test_a_run_that_began_with_other_weights_resumes_itself(config, tmp_path: Path):
    train(config("base"), tmp_path / "base")
    path = config("tuned", load_from=str(next((tmp_path / "base").glob("iter_*.pth"))))
    train(path, tmp_path / "whole")
    train(
        path, tmp_path / "stopped", resume=True, stop=StopAt(3)
    )  # nothing is there: it begins, and with those weights
    assert newest(tmp_path / "stopped")["loop"]["iter"] == 3
    train(path, tmp_path / "stopped", resume=True)
    assert_same(newest(tmp_path / "whole"), newest(tmp_path / "stopped"))


def test_files_of_the_user_s_own_are_left_alone(config, tmp_path: Path):
    kept = [tmp_path / "run" / name for name in ("iter_1_mine.pth", "iter_final.pth")]
    (tmp_path / "run").mkdir()
    for file in kept:
        file.write_text("mine")
    train(config(default_hooks=dict(checkpoint=dict(interval=1, by_epoch=False, max_keep=1))), tmp_path / "run")
    assert all(file.read_text() == "mine" for file in kept)
    assert len(list((tmp_path / "run").glob("iter_*.pth"))) == 3


def test_processes_of_another_number_draw_differently(config, tmp_path: Path):
    runner = EngineRunner.from_experiment(load_config(config(), {"work_dir": str(tmp_path / "run")}))
    draws = []
    for runner._rank in (0, 1):
        runner._restore_random([random_state(), random_state()])
        draws.append(torch.rand(()).item())
    runner.close()
    assert draws[0] != draws[1]
