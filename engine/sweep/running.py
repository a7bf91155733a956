"""The runs of a sweep, each in a process of its own, a few at a time."""

import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import wait

from ..config import load_config
from ..errors import ConfigError
from ..launch import is_finished, train
from ..run_process import RunProcess
from ..testing import test
from .plan import PlannedRun


def run_all(runs: list[PlannedRun], jobs: int = 1, say: Callable = print) -> dict[str, str]:
    """Train what is not finished; a run that was killed goes on from its newest checkpoint.

    Args:
        runs: of the sweep, checked.
        jobs: processes at a time.
        say: receives a line at the end of each run, with the time that is left.

    Returns:
        label -> why it failed, of the runs that did not finish; the others went on.

    Raises:
        ConfigError: ``jobs`` is below 1.
    """
    if jobs < 1:
        raise ConfigError([f"--jobs: got {jobs}, expected at least 1"])
    waiting = deque(run for run in runs if not run.finished)
    if len(waiting) < len(runs):
        say(f"{len(runs) - len(waiting)} of {len(runs)} runs are finished already")
    progress = Progress(len(runs), len(waiting), min(jobs, max(len(waiting), 1)))
    failed: dict[str, str] = {}
    alive: dict[RunProcess, PlannedRun] = {}
    try:
        while waiting or alive:
            while waiting and len(alive) < jobs:
                run = waiting.popleft()
                alive[_start(run, jobs)] = run
            wait([process.sentinel for process in alive])
            for process in [process for process in alive if not process.alive]:
                run = alive.pop(process)
                if process.wait() != 0 or not run.finished:
                    failed[run.label] = f"{process.message() or 'it was killed'} (status {process.wait()})"
                say(progress.after(run, failed.get(run.label)))
    finally:
        for process in alive:
            process.kill()
    return failed


class Progress:
    """What to say when a run has ended.

    Args:
        total: runs of the sweep.
        left: those of them that are not finished.
        jobs: processes at a time.
    """

    def __init__(self, total: int, left: int, jobs: int) -> None:
        self.total, self.left, self.jobs = total, left, jobs
        self.ended = 0
        self.begun = time.monotonic()

    def after(self, run: PlannedRun, failure: str | None) -> str:
        """One line: the run, how it ended, and how long the rest takes at the pace so far."""
        self.left, self.ended = self.left - 1, self.ended + 1
        done = f"[{self.total - self.left}/{self.total}] {run.label}: {'FAILED: ' + failure if failure else 'finished'}"
        pace = (time.monotonic() - self.begun) / self.ended
        return f"{done}; about {duration(pace * self.left)} left" if self.left else done


def duration(seconds: float) -> str:
    """As in ``42 s``, ``3 min 05 s`` or ``2 h 07 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _start(run: PlannedRun, jobs: int) -> RunProcess:
    experiment = run.experiment
    threads = 1 if jobs > 1 else None
    return RunProcess(_run, str(experiment.path), experiment.options, str(run.folder), run.tested, threads=threads)


def _run(config: str, options: dict, folder: str, tested: bool) -> None:
    experiment = load_config(config, options)
    experiment.cfg.work_dir = folder
    if not is_finished(experiment):
        train(experiment, resume=True)
    if tested:
        test(experiment)
