"""Kill a training process at random moments, resume it each time, and see it finish."""

import importlib
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import experiments
import torch
from mmengine.hooks import Hook

from stillhouse.engine.run_folder import read_result

CONTEXT = multiprocessing.get_context("forkserver")
# Imported once in the server that the children are forked from; it does not see this folder, only what is installed.
ROOMS = (
    "engine.runner",
    "engine.learner",
    "engine.loops",
    "engine.evaluation",
    "models",
    "losses",
    "hooks",
    "datasets",
)
LIBRARIES = (
    "torch_geometric.nn",
    "torchmetrics.functional",
    "tensorboard",
    "torch.utils.tensorboard",
    "matplotlib.pyplot",
)
CONTEXT.set_forkserver_preload([f"stillhouse.{room}" for room in ROOMS] + list(LIBRARIES))
STEP_S = 0.05  # a kill falls anywhere in about this time after an iteration has begun
PATIENCE_S = 60


class Counting(Hook):
    """Counts, in memory shared with the parent, the iterations that this process has begun."""

    priority = "VERY_HIGH"

    def __init__(self, begun) -> None:
        self.begun = begun

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        self.begun.value += 1


def run_killed(
    config: Path,
    work_dir: Path,
    kills: int = 10,
    seed: int = 0,
    most: int = 4,
    imports: tuple[str, ...] = (),
    **options,
) -> int:
    """Train ``config`` in ``work_dir`` in child processes, all but the last killed by SIGKILL.

    Args:
        config: the config file.
        work_dir: where the run lives.
        kills: processes to kill at most.
        seed: of the moments.
        most: each process is killed within this many iterations of its own.
        imports: modules that the child must import to register components.
        **options: config options.

    Returns:
        How many processes were killed before the run had finished.
    """
    draw = random.Random(seed)
    for killed in range(kills):
        if not _killed_at(draw.randint(1, most), draw.uniform(0, STEP_S), config, work_dir, imports, options):
            return killed
    child = _start(config, work_dir, imports, options)[0]
    child.join(PATIENCE_S)
    assert child.exitcode == 0, f"the last process ended with {child.exitcode}"
    assert read_result(work_dir) is not None, "the run has not finished"
    return kills


def _start(config: Path, work_dir: Path, imports: tuple[str, ...], options: dict):
    begun = CONTEXT.Value("i", 0, lock=False)
    child = CONTEXT.Process(target=_train, args=(str(config), str(work_dir), imports, options, begun))
    child.start()
    return child, begun


def _killed_at(iteration: int, delay_s: float, config: Path, work_dir: Path, imports: tuple, options: dict) -> bool:
    """Kill a child ``delay_s`` after it began its n-th iteration; False if it had finished by then."""
    child, begun = _start(config, work_dir, imports, options)
    patience = time.monotonic() + PATIENCE_S
    while begun.value < iteration and child.is_alive() and time.monotonic() < patience:
        time.sleep(0.002)
    time.sleep(delay_s)
    if not child.is_alive():
        assert child.exitcode == 0, f"a process ended with {child.exitcode} by itself"
        return False
    os.kill(child.pid, signal.SIGKILL)  # type: ignore[arg-type]
    child.join()
    return True


def _train(config: str, work_dir: str, imports: tuple[str, ...], options: dict, begun) -> None:
    torch.set_num_threads(1)
    for module in imports:
        importlib.import_module(module)
    experiments.train(Path(config), Path(work_dir), resume=True, hooks=(Counting(begun),), **options)
