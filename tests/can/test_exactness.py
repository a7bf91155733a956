"""The CAN configs keep the engine's promises: the same bits after kills, the same curve on two ranks."""

from pathlib import Path

import pytest
import torch
from can_experiments import write
from experiments import assert_same, losses_of, newest, train
from killing import run_killed
from ranks import run_ranks

EVERY_STEP = "default_hooks = dict(checkpoint=dict(interval=1, by_epoch=False, max_keep=3), log=dict(interval=1))\n"


@pytest.mark.slow
def test_ten_kills_change_nothing_with_curriculum_kd_ema_and_accumulation(
    can_root, scorer, can_teacher, tmp_path: Path
):
    body = (
        EVERY_STEP
        + "optim_wrapper = dict(accumulative_counts=2)\ntrain_dataloader = dict(batch_size=8)\n"
        + f'custom_hooks = [\n    dict(type="EMAHook", decay=0.99),\n'
        f'    dict(type="CurriculumHook", scorer=dict(config="{scorer}", checkpoint="auto"), cache_dir="${{cache_dir}}"),\n'
        f'    dict(type="KDHook", teacher=dict(config="{can_teacher}", checkpoint="auto"), floor={{}}),\n]\n'
    )
    path = write(tmp_path, "student", "gat_student_curriculum_kd", can_root, body)
    train(path, tmp_path / "whole")
    kills = run_killed(path, tmp_path / "killed", kills=10, most=3)
    assert kills == 10, "the run finished before it was killed ten times"
    assert_same(newest(tmp_path / "whole"), newest(tmp_path / "killed"))


@pytest.mark.slow
def test_two_ranks_give_the_curve_of_one_process_with_twice_the_batch(can_root, can_teacher, tmp_path: Path):
    def student(name: str, batch_size: int) -> Path:
        body = (
            EVERY_STEP
            + f"train_dataloader = dict(batch_size={batch_size})\n"
            + 'train_cfg = dict(_delete_=True, type="TrainLoop", max_iters=50, val_interval=50)\n'
            + "model = dict(network=dict(dropout=0.0, unk_rate=0.0))\n"
            + f'custom_hooks = [dict(type="KDHook", teacher=dict(config="{can_teacher}", checkpoint="auto"), floor={{}})]\n'
        )
        return write(tmp_path, name, "gat_student_normal_kd", can_root, body)

    train(student("one", 16), tmp_path / "one")
    run_ranks(student("two", 8), tmp_path / "two")
    one, two = losses_of(tmp_path / "one"), losses_of(tmp_path / "two")
    assert len(one) == 50 and one == pytest.approx(two, abs=1e-5)
    assert min(one.values()) < 0.9 * one[1], "the curve must go somewhere"
    a, b = (torch.load(tmp_path / "two" / f"rank_{rank}.pt") for rank in (0, 1))
    assert all(torch.equal(a[key], b[key]) for key in a)
