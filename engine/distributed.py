"""Start the process group, on GPUs with NCCL and on CPUs with gloo, from whichever launcher was used."""

import os
import subprocess

import torch
from torch import distributed

from .errors import StillhouseError

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
        torch.cuda.set_device(local_rank())
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def world_size(launcher: str) -> int:
    """How many processes a launcher started, before they have joined."""
    source = RANK_VARIABLES.get(launcher, {}).get("WORLD_SIZE", "WORLD_SIZE")
    return int(os.environ.get(source, os.environ.get("WORLD_SIZE", 1)))


def local_rank() -> int:
    """This process's number on its machine."""
    return int(os.environ.get("LOCAL_RANK", 0))


def _first_slurm_node() -> str:
    nodes = os.environ.get("SLURM_NODELIST", "")
    if not nodes:
        return "127.0.0.1"
    listed = subprocess.run(["scontrol", "show", "hostname", nodes], capture_output=True, text=True, check=True)
    return listed.stdout.split()[0]
