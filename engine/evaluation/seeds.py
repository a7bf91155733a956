"""Runs of one name are seeds of one model: their results as mean and spread."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RunResult:
    """What one run reached.

    Args:
        name: of the model; runs of one name are seeds of it.
        metrics: result -> value, as in ``detection/f1``; a result of a group is ``prefix/group/name``.
        parameters: of the network.
        parameters_without_vocabulary: those outside what grows with the vocabulary.
        path: the run's folder.
    """

    name: str
    metrics: Mapping[str, float]
    parameters: int
    parameters_without_vocabulary: int
    path: str | None = None


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation of ``n`` values; ``std`` is None for one value."""

    mean: float
    std: float | None
    n: int

    def text(self, form: str) -> str:
        """As in ``0.9876 ± 0.0012``."""
        return f"{self.mean:{form}}" if self.std is None else f"{self.mean:{form}} ± {self.std:{form}}"


@dataclass(frozen=True)
class Summary:
    """The seeds of one name together."""

    name: str
    n: int
    metrics: dict[str, Spread]
    parameters: int
    parameters_without_vocabulary: int
    paths: list[str] = field(default_factory=list)


def aggregate(rows: Sequence[RunResult]) -> list[Summary]:
    """One summary a name, in the order in which the names first appear.

    Raises:
        ValueError: runs of one name differ in size, so they are not seeds of one model.
    """
    by_name: dict[str, list[RunResult]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    return [_summary(name, runs) for name, runs in by_name.items()]


def _summary(name: str, runs: list[RunResult]) -> Summary:
    sizes = {(run.parameters, run.parameters_without_vocabulary) for run in runs}
    if len(sizes) > 1:
        raise ValueError(
            f"the runs named {name!r} have different numbers of parameters, {sorted(size[0] for size in sizes)}: "
            "they are not seeds of one model. Give them different names."
        )
    names = dict.fromkeys(metric for run in runs for metric in run.metrics)
    return Summary(
        name=name,
        n=len(runs),
        metrics={metric: _spread([run.metrics[metric] for run in runs if metric in run.metrics]) for metric in names},
        parameters=runs[0].parameters,
        parameters_without_vocabulary=runs[0].parameters_without_vocabulary,
        paths=[run.path for run in runs if run.path is not None],
    )


def _spread(values: list[float]) -> Spread:
    values = [float(value) for value in values]
    if not all(map(math.isfinite, values)):
        return Spread(sum(values) / len(values), math.nan if len(values) > 1 else None, len(values))
    return Spread(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None, len(values))
