"""A sweep: what every run of it shares, and how points of it are measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..launch import train_companions
from .grid import Point
from .plan import PlannedRun, plan_runs, require_all, require_metrics
from .running import run_all
from .table import Row, rows_of


@dataclass
class Sweep:
    """Measures points of a grid.

    Args:
        config: the config file.
        options: of every run, as ``--cfg-options``.
        seeds: runs a point.
        out: folder of the sweep.
        jobs: runs at a time.
        tested: measure the test splits too.
        with_companions: first train what the config needs.
        metrics: names of results that will be asked for.
        say: receives the lines of the report.

    Attributes:
        failed: label -> why, of the runs that did not finish.
    """

    config: str
    options: dict
    seeds: int
    out: Path
    jobs: int = 1
    tested: bool = False
    with_companions: bool = False
    metrics: Sequence[str] = ()
    say: Callable = print
    failed: dict[str, str] = field(default_factory=dict)

    def plan(self, points: list[Point]) -> list[PlannedRun]:
        """The runs of these points, checked.

        Raises:
            ConfigError, RunFolderError: see ``require_all`` and ``require_metrics``.
        """
        runs = plan_runs(self.config, self.options, points, self.seeds, self.out, self.tested)
        require_all(runs, companions=not self.with_companions)
        require_metrics(runs, self.metrics)
        return runs

    def measure(self, points: list[Point]) -> list[Row]:
        """Train what is not finished of these points, and aggregate.

        Raises:
            ConfigError, RunFolderError: see ``plan``; nothing has run then.
        """
        runs = self.plan(points)
        if self.with_companions:
            for run in {one.point.label: one for one in reversed(runs)}.values():
                train_companions(run.experiment, say=self.say)
        self.failed |= run_all(runs, self.jobs, self.say)
        return rows_of(runs)
