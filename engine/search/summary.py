"""What a comparison says: losses by method, how often one is nearer than the others, by how much."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ..tables import markdown_table

LEAST_BEATEN, LEAST_CUT = 0.9, 0.3


@dataclass(frozen=True)
class Line:
    """One method.

    Attributes:
        name: of the method.
        mean, median: of its losses.
        evaluations: a target, the mean.
        seconds: of processor time a target, the mean.
        beaten: share of the targets on which the search's loss is lower.
        cut: how much lower the mean loss of the search is, as a share of this method's.
    """

    name: str
    mean: float
    median: float
    evaluations: float
    seconds: float
    beaten: float
    cut: float


@dataclass(frozen=True)
class Summary:
    """A comparison.

    Attributes:
        search: the name of the method that the others are compared with.
        lines: one a method.
        targets: how many.
        beats_all: share of the targets on which the search's loss is below every baseline's.
        cut: by how much the search lowers the mean loss of the reference; None where that was not run.
    """

    search: str
    lines: list[Line]
    targets: int
    beats_all: float
    cut: float | None

    @property
    def verdicts(self) -> dict[str, bool]:
        """What was hoped for, and whether it holds; what could not be judged is absent."""
        found = {
            f"nearer than every baseline on at least {LEAST_BEATEN:.0%} of the targets": self.beats_all >= LEAST_BEATEN
        }
        if self.cut is not None:
            found[f"mean loss at least {LEAST_CUT:.0%} below the network's alone"] = self.cut >= LEAST_CUT
        return found

    def plain(self) -> dict:
        """As JSON."""
        return {**asdict(self), "verdicts": self.verdicts}


def summarize(rows: Sequence[Mapping], search: str, baselines: Sequence[str], reference: str) -> Summary:
    """Sum up the rows of a comparison.

    Args:
        rows: a target each: method -> ``loss``, ``evaluations``, ``seconds``.
        search: the method that is judged.
        baselines: those that it shall beat.
        reference: the one whose loss it shall cut.
    """
    columns = {name: np.array([row[name]["loss"] for row in rows]) for name in rows[0]}
    own = columns[search]
    lines = [_line(name, [row[name] for row in rows], own) for name in columns]
    beats = np.all([own < columns[name] for name in baselines], axis=0)
    cut = next((line.cut for line in lines if line.name == reference), None)
    return Summary(search, lines, len(rows), float(beats.mean()), cut)


def table(summary: Summary) -> str:
    """Markdown: a row a method, and the verdicts."""
    head = ("method", "mean loss", "median", "evaluations", "s", "search is nearer in", "by")
    parts = [markdown_table(head, [_cells(line, summary.search) for line in summary.lines])]
    parts.append(f"\n{summary.targets} targets; nearer than every baseline on {summary.beats_all:.0%} of them.")
    parts += [f"{name}: {'yes' if holds else 'no'}" for name, holds in summary.verdicts.items()]
    return "\n".join(parts) + "\n"


def _cells(line: Line, search: str) -> list[str]:
    beside = ("", "") if line.name == search else (f"{line.beaten:.0%}", f"{line.cut:.0%}")
    return [
        line.name, f"{line.mean:.4f}", f"{line.median:.4f}", f"{line.evaluations:.0f}", f"{line.seconds:.1f}", *beside,
    ]  # fmt: skip


def _line(name: str, row: Sequence[Mapping], own: np.ndarray) -> Line:
    losses, evaluations, seconds = (np.array([one[key] for one in row]) for key in ("loss", "evaluations", "seconds"))
    mean = float(losses.mean())
    return Line(
        name, mean, float(np.median(losses)), float(evaluations.mean()), float(seconds.mean()),
        float((own < losses).mean()), float(1 - own.mean() / mean) if mean > 0 else 0.0,
    )  # fmt: skip
