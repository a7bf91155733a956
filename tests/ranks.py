"""Train in several processes that exchange gradients over gloo."""

import os
import signal
import socket
import time
from pathlib import Path

import experiments
import torch
from killing import CONTEXT, PATIENCE_S
from mmengine.hooks import Hook

from stillhouse.datasets.text import TextFile
from stillhouse.registry import DATASETS, HOOKS


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
    torch.save(runner.learner.state_dict(), Path(work_dir) / f"rank_{rank}.pt")
    torch.distributed.destroy_process_group()


def build_once(folder: Path, name: str) -> None:
    """Build what is not there yet: write down which process did, and leave a file that says it is built."""
    if not (folder / f"{name}.built").exists():
        with open(folder / "built.txt", "a") as file:
            file.write(f"{name} by {os.environ['LOCAL_RANK']}\n")
        time.sleep(0.3)  # others would begin the same in the meantime
        (folder / f"{name}.built").touch()


@DATASETS.register_module(force=True)
class CachedText(TextFile):
    """Text with a cache of each split beside its file."""

    def __init__(self, path: str, split: str, **more) -> None:
        build_once(Path(path).parent, split)
        super().__init__(path, split, **more)


@HOOKS.register_module(force=True)
class CachingHook(Hook):
    """Prepares something before a run, as ``PreparedCacheHook`` does."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def before_run(self, runner) -> None:
        build_once(Path(self.folder), "prepared")


@HOOKS.register_module(force=True)
class KillOnce(Hook):
    """Kills its process by SIGKILL after an iteration's checkpoint, in the second process and the first time only."""

    priority = "LOWEST"

    def __init__(self, iteration: int, marker: str) -> None:
        self.iteration, self.marker = iteration, Path(marker)

    def save_point(self, runner) -> None:
        if runner.rank == 1 and runner.iter == self.iteration and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
