"""Several processes train what one process trains."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from experiments import assert_same, distillation, everything, loader, losses_of, network, newest, optimizer, train
from ranks import free_port, run_ranks

from stillhouse.engine.distributed import init_distributed
from stillhouse.engine.errors import StillhouseError

ROOT = Path(__file__).resolve().parents[2]
LOSSES = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))


def changes(teacher: Path, batch_size: int) -> dict:
    """Twenty steps without dropout; SGD, because Adam magnifies a difference in a small gradient's last digit."""
    return {
        "model": dict(type="Learner", network=network(dropout=0.0, kind="LatentGPT"), losses=LOSSES),
        "train_dataloader": loader("train", batch_size=batch_size),
        "optim_wrapper": optimizer(lr=0.5, kind="SGD"),
        "custom_hooks": [distillation(teacher), dict(type="EMAHook", decay=0.9)],
        "train_cfg": dict(type="TrainLoop", max_epochs=4),
        "default_hooks": dict(log=dict(interval=1), checkpoint=dict(interval=1, by_epoch=False)),
    }


def test_two_ranks_train_as_one_process_with_twice_the_batch(config, teacher, tmp_path: Path):
    train(config("one", **changes(teacher, 8)), tmp_path / "one")
    run_ranks(config("two", **changes(teacher, 4)), tmp_path / "two")
    # Of 37 samples the last five of an epoch are uneven, three for one rank and two for the other.
    first, second = losses_of(tmp_path / "one"), losses_of(tmp_path / "two")
    assert len(first) == 20 and first == pytest.approx(second, abs=1e-5)
    assert first[20] < first[1] - 0.3, "the curve must go somewhere"
    a, b = (torch.load(tmp_path / "two" / f"rank_{rank}.pt") for rank in (0, 1))
    assert all(torch.equal(a[key], b[key]) for key in a)
    for part in ("state_dict", "ema"):
        one, two = newest(tmp_path / "one")[part], newest(tmp_path / "two")[part]
        for key in one:
            torch.testing.assert_close(two[key], one[key], rtol=0, atol=1e-5)


def test_ranks_draw_differently_and_resume_to_the_same_bits(config, teacher, tmp_path: Path):
    more = dict(train_dataloader=loader("train", batch_size=2, dataset="NoisyText"))
    path = config(**everything(teacher, **more))
    run_ranks(path, tmp_path / "whole")
    run_ranks(path, tmp_path / "stopped", stop=3)
    run_ranks(path, tmp_path / "stopped", resume=True)
    whole = newest(tmp_path / "whole")
    assert_same(whole, newest(tmp_path / "stopped"))
    assert not torch.equal(whole["random"][0]["torch"], whole["random"][1]["torch"]), (
        "dropout must differ between ranks"
    )


def test_the_launch_script_starts_ranks(config, tmp_path: Path):
    path = config("two", train_cfg=dict(type="TrainLoop", max_iters=2))
    environment = {
        **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    answer = subprocess.run(
        [ROOT / "tools" / "dist_train.sh", path, "2", "--no-validate"],
        capture_output=True, text=True, timeout=200, env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-2000:]
    content = newest(tmp_path / "runs" / "two")
    assert content["meta"]["world_size"] == 2 and len(content["random"]) == 2
    assert answer.stdout.count("holds the result") == 1


def test_the_launch_script_says_how_to_use_it():
    answer = subprocess.run([ROOT / "tools" / "dist_train.sh"], capture_output=True, text=True)
    assert answer.returncode == 2 and "usage: " in answer.stderr and "CONFIG GPUS" in answer.stderr


@pytest.mark.parametrize("launcher", ["pytorch", "slurm", "mpi"])
def test_a_launcher_that_is_not_there(launcher: str, monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        StillhouseError, match=rf"--launcher {launcher}: RANK, WORLD_SIZE, LOCAL_RANK not set; start with"
    ):
        init_distributed(launcher)
