"""Train in several processes that exchange gradients over gloo."""

import os
import socket
from pathlib import Path

import experiments
import torch
from killing import CONTEXT, PATIENCE_S


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_ranks(config: Path, work_dir: Path, ranks: int = 2, resume: bool = False, stop: int | None = None) -> None:
    """Train ``config`` in ``ranks`` processes, to the end or to iteration ``stop``.

    Every rank leaves its weights in ``work_dir/rank_N.pt``.
    """
    port = free_port()
    arguments = [(rank, ranks, port, str(config), str(work_dir), resume, stop) for rank in range(ranks)]
    children = [CONTEXT.Process(target=_rank, args=each) for each in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join(PATIENCE_S)
    codes = [child.exitcode for child in children]
    for child in children:
        child.kill()
    assert codes == [0] * ranks, f"the processes ended with {codes}"


def _rank(rank: int, ranks: int, port: int, config: str, work_dir: str, resume: bool, stop: int | None) -> None:
    torch.set_num_threads(1)
    os.environ.update(
        RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(ranks), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port)
    )
    runner = experiments.train(
        Path(config),
        Path(work_dir),
        resume=resume,
        stop=experiments.StopAt(stop) if stop else None,
        launcher="pytorch",
    )
    torch.save(experiments.unwrapped(runner).state_dict(), Path(work_dir) / f"rank_{rank}.pt")
    torch.distributed.destroy_process_group()
