"""What hangs in the gallery: pictures, what each exhibit needs, and what is said below it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stillhouse.engine.errors import StillhouseError

from .found import Run, is_of_another_version


class NothingToShow(StillhouseError):
    """A run from which an exhibit's pictures cannot be drawn; says why, and what to do."""


@dataclass(frozen=True)
class Picture:
    """One picture, or one piece of drawn text.

    Attributes:
        title: a few words.
        words: what is to be seen.
        png: content of a PNG file; empty for text.
        html: escaped text with marks; empty for a picture.
    """

    title: str
    words: str
    png: bytes = b""
    html: str = ""


@dataclass(frozen=True)
class Hall:
    """All that is there to draw from.

    Attributes:
        runs: found below the folders.
        folders: that were named.
    """

    runs: Sequence[Run]
    folders: Sequence[Path]

    def of(self, configs: Sequence[str]) -> list[Run]:
        """The runs of these configs: the configs in their order, of each the finished and the newest first."""
        found = [run for run in self.runs if run.name in configs]
        return sorted(found, key=lambda run: (configs.index(run.name), bool(run.fault), not run.result, -run.changed))


@dataclass(frozen=True)
class Exhibit:
    """One run to be shown.

    Attributes:
        name: of its place in the page.
        domain: heading under which it hangs.
        title: heading of its own.
        configs: that train such a run, the best to show first; none where it is no run.
        headline: metric of the run's files -> its words.
        command: that makes what is shown.
        draw: gives the pictures of a run; for what is no run, of the hall alone.
    """

    name: str
    domain: str
    title: str
    configs: tuple[str, ...]
    headline: dict[str, str]
    command: str
    draw: Callable[[Run, Hall], list[Picture]]


def facts_of(exhibit: Exhibit, run: Run) -> list[str]:
    """What is known of the run that the pictures are from, as its files say: config, seed, steps, headline figures."""
    facts = [f"configs/{run.name}.py", f"seed {run.seed}" if run.seed is not None else "no seed recorded"]
    steps = run.result.get("iterations", run.tested.get("iter"))
    facts.append(f"{steps:,} steps" if isinstance(steps, int) else "training has not ended")
    metrics = run.metrics
    figures = [f"{words} {metrics[name]:.3g}" for name, words in exhibit.headline.items() if name in metrics]
    facts += figures or ["no headline figure in its result.json"]
    return [*facts, "made by another version of this config"] if is_of_another_version(run) else facts
