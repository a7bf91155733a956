"""Several processes train what one process trains."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from experiments import (
    assert_same,
    distillation,
    everything,
    loader,
    losses_of,
    network,
    newest,
    optimizer,
    train,
    write_config,
)
from killing import PATIENCE_S
from ranks import run_ranks

from stillhouse.engine import distributed
from stillhouse.engine.distributed import init_distributed, require_same
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


SCHEDULES = [
    dict(type="CosineAnnealingLR", by_epoch=False, convert_to_iter_based=False, T_max=20),
    dict(type="ExponentialLR", gamma=0.8, by_epoch=True),
]


@pytest.fixture(scope="module")
def alike(teacher, tmp_path_factory) -> Path:
    """Runs whose steps all take eight samples: parts of an iteration times processes are two, or one of eight."""
    folder = tmp_path_factory.mktemp("alike")
    for name, parts, size in (("alone", 1, 8), ("parts", 2, 4), ("ranks", 1, 4)):
        wrapper = optimizer(accumulate=parts, lr=0.5, kind="SGD")
        more = {**changes(teacher, size), "optim_wrapper": wrapper, "param_scheduler": SCHEDULES}
        path = write_config(folder, name, **more)
        run_ranks(path, folder / name) if name == "ranks" else train(path, folder / name)
    return folder


@pytest.mark.parametrize("name", ["parts", "ranks"])
def test_schedules_and_weights_depend_on_the_samples_of_a_step_alone(alike: Path, name: str):
    rates = losses_of(alike / "alone", "train/lr")
    assert rates == losses_of(alike / name, "train/lr"), "the rate is a function of the optimizer step"
    assert len(rates) == 20 and rates[20] < 0.5 * rates[1]
    one, other = newest(alike / "alone"), newest(alike / name)
    assert one["loop"] == other["loop"] and one["schedulers"] == other["schedulers"]
    for key, value in one["state_dict"].items():
        torch.testing.assert_close(other["state_dict"][key], value, rtol=0, atol=1e-5)


def test_the_first_process_builds_and_the_others_read(config, tmp_path: Path):
    path = config(
        "built",
        train_dataloader=loader("train", dataset="CachedText"),
        val_dataloader=loader("val", dataset="CachedText"),
        custom_hooks=[dict(type="CachingHook", folder=str(tmp_path))],
        train_cfg=dict(type="TrainLoop", max_iters=1),
    )
    run_ranks(path, tmp_path / "built")
    assert (tmp_path / "built.txt").read_text().splitlines() == ["train by 0", "val by 0", "prepared by 0"]


def test_an_error_of_the_first_process_does_not_keep_the_others_waiting(config, tmp_path: Path):
    began = time.monotonic()
    with pytest.raises(AssertionError, match=r"the processes ended with \[1, 1\]"):
        run_ranks(config("missing", text_file=str(tmp_path / "nowhere.txt")), tmp_path / "missing")
    assert time.monotonic() - began < PATIENCE_S


def test_processes_that_found_different_checkpoints_are_refused(monkeypatch):
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 3)

    def everyone(values: list, value: str) -> None:
        values[:] = [value, value, "no checkpoint"]

    monkeypatch.setattr(torch.distributed, "all_gather_object", everyone)
    with pytest.raises(StillhouseError) as error:
        require_same("iter_8.pth", "--resume in runs/a", "Share the disk.")
    assert str(error.value) == (
        "--resume in runs/a: process 0 has iter_8.pth, process 2 has no checkpoint. Share the disk."
    )


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
        **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
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


@pytest.mark.parametrize(
    ("arguments", "restarts", "message"),
    [
        ([], 0, "CONFIG GPUS"),
        (["a.py", "2"], 3, "error: MAX_RESTARTS=3 needs --resume, so that restarted processes go on from the last checkpoint"),
        (["a.py", "2", "--resume", "--restart"], 3, "error: --restart would move the run aside at every restart"),
    ],
)  # fmt: skip
def test_the_launch_script_says_how_to_use_it(arguments: list[str], restarts: int, message: str):
    environment = {**os.environ, "MAX_RESTARTS": str(restarts)}
    script = ROOT / "tools" / "dist_train.sh"
    answer = subprocess.run([script, *arguments], capture_output=True, text=True, env=environment)
    assert answer.returncode == 2 and message in answer.stderr


@pytest.mark.parametrize("launcher", ["pytorch", "slurm", "mpi"])
def test_a_launcher_that_is_not_there(launcher: str, monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        StillhouseError, match=rf"--launcher {launcher}: RANK, WORLD_SIZE, LOCAL_RANK not set; start with"
    ):
        init_distributed(launcher)


@pytest.mark.parametrize(
    ("launcher", "rank", "seen", "device"),
    [
        ("pytorch", 1, 2, 1), ("slurm", 3, 1, 0), ("slurm", 1, 4, 1), ("mpi", 2, 1, 0),
        ("pytorch", 1, 1, None), ("slurm", 4, 4, None),
    ],
)  # fmt: skip
def test_every_process_has_a_gpu_of_its_own(launcher: str, rank: int, seen: int, device: int | None, monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", str(rank))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: seen)
    if device is None:
        with pytest.raises(
            StillhouseError, match=rf"process {rank} of this machine .from 0. has no GPU of its own, {seen} are"
        ):
            distributed._own_device(launcher)
    else:
        assert distributed._own_device(launcher) == device


def test_a_process_knows_its_number_before_it_joins(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("SLURM_PROCID", "3")
    assert distributed.rank("slurm") == 3 and distributed.rank("none") == 0
