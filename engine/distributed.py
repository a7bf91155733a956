"""Start the process group, on GPUs with NCCL and on CPUs with gloo, from whichever launcher was used."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

import torch
from torch import distributed

from .errors import StillhouseError

# Reading and scoring a large data set takes longer than any exchange of gradients may.
PATIENCE = timedelta(days=1)

RANK_VARIABLES = {
    "slurm": {"RANK": "SLURM_PROCID", "WORLD_SIZE": "SLURM_NTASKS", "LOCAL_RANK": "SLURM_LOCALID"},
    "mpi": {
        "RANK": "OMPI_COMM_WORLD_RANK",
        "WORLD_SIZE": "OMPI_COMM_WORLD_SIZE",
        "LOCAL_RANK": "OMPI_COMM_WORLD_LOCAL_RANK",
    },
}


def init_distributed(launcher: str) -> None:
    """Join the process group that ``launcher`` describes in the environment.

    Args:
        launcher: ``pytorch`` (torchrun), ``slurm`` or ``mpi``.

    Raises:
        StillhouseError: the launcher's variables are not set.
    """
    for name, source in RANK_VARIABLES.get(launcher, {}).items():
        if source in os.environ:
            os.environ[name] = os.environ[source]
    missing = [name for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK") if name not in os.environ]
    if missing:
        raise StillhouseError(
            f"--launcher {launcher}: {', '.join(missing)} not set; start with tools/dist_train.sh (torchrun), srun or mpirun"
        )
    os.environ.setdefault("MASTER_ADDR", _first_slurm_node() if launcher == "slurm" else "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29500")
    if torch.cuda.is_available():
        torch.cuda.set_device(_own_device(launcher))
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def _own_device(launcher: str) -> int:
    """The number of this process's GPU among those it sees; Slurm and MPI may show each process its own alone.

    Raises:
        StillhouseError: there are fewer GPUs than processes.
    """
    seen = torch.cuda.device_count()
    if seen == 1 and launcher != "pytorch":
        return 0
    if local_rank() >= seen:
        raise StillhouseError(
            f"--launcher {launcher}: process {local_rank()} of this machine (from 0) has no GPU of its own, {seen} are there; "
            "start no more processes than GPUs, or hide these with CUDA_VISIBLE_DEVICES= to train on the CPU"
        )
    return local_rank()


def rank(launcher: str) -> int:
    """This process's number, before it has joined."""
    return _told(launcher, "RANK", 0)


def world_size(launcher: str) -> int:
    """How many processes a launcher started, before they have joined."""
    return _told(launcher, "WORLD_SIZE", 1)


def _told(launcher: str, name: str, alone: int) -> int:
    """What a launcher says in its own variable, or in torchrun's; ``alone`` where nothing does."""
    source = RANK_VARIABLES.get(launcher, {}).get(name, name)
    return int(os.environ.get(source, os.environ.get(name, alone)))


def local_rank() -> int:
    """This process's number on its machine."""
    return int(os.environ.get("LOCAL_RANK", 0))


@contextmanager
def first_on_node() -> Iterator[None]:
    """What stands inside is done by the first process of every machine, and only then by the others there.

    For whatever leaves a file that the others read in place of the work. All processes must come by, and inside they must not
    exchange anything. An error of the first one lets the others go on, to their own.
    """
    if not distributed.is_initialized() or distributed.get_world_size() == 1:
        yield
        return
    group, leads = _patient_group(distributed.group.WORLD), local_rank() == 0
    if not leads:
        distributed.barrier(group)
    try:
        yield
    finally:
        if leads:
            distributed.barrier(group)


@cache
def _patient_group(everyone) -> Any:
    """A group of its own for waiting: on the CPU, and longer than NCCL would."""
    return distributed.new_group(backend="gloo", timeout=PATIENCE)


def require_same(value: str, where: str, remedy: str) -> None:
    """Refuse to go on where processes disagree; every one of them must call it.

    Args:
        value: this process's.
        where: what the value is of, for the message.
        remedy: what to do about it.

    Raises:
        StillhouseError: the values differ; names the first two.
    """
    if not distributed.is_initialized():
        return
    values: list = [None] * distributed.get_world_size()
    distributed.all_gather_object(values, value)
    other = next((rank for rank, found in enumerate(values) if found != values[0]), None)
    if other is not None:
        raise StillhouseError(f"{where}: process 0 has {values[0]}, process {other} has {values[other]}. {remedy}")


def _first_slurm_node() -> str:
    nodes = os.environ.get("SLURM_NODELIST", "")
    if not nodes:
        return "127.0.0.1"
    listed = subprocess.run(["scontrol", "show", "hostname", nodes], capture_output=True, text=True, check=True)
    return listed.stdout.split()[0]
