"""Each exhibit with its pictures, or with why there are none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stillhouse.datasets.errors import printable
from stillhouse.engine.errors import StillhouseError

from .exhibit import Exhibit, Hall, Picture, facts_of
from .found import Run, command_of, find_runs

Say = Callable[[str], None]


@dataclass(frozen=True)
class Hung:
    """An exhibit as it hangs.

    Attributes:
        exhibit: what was to be shown.
        pictures: none where it is absent.
        facts: what the run's files say.
        command: that made the run, or that makes one.
        absent: why there is nothing to see; empty where there is.
        folder: of the run; empty where there is none.
    """

    exhibit: Exhibit
    pictures: list[Picture] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    command: str = ""
    absent: str = ""
    folder: str = ""


def hang(exhibits: Iterable[Exhibit], folders: Sequence[Path], say: Say = lambda words: None) -> list[Hung]:
    """Draw what the runs in the folders allow; nothing that is wrong with a run ends it.

    Args:
        exhibits: to show.
        folders: with runs in them or below them.
        say: told what is drawn.
    """
    hall = Hall(find_runs(folders), list(folders))
    found = []
    for exhibit in exhibits:
        say(f"{exhibit.domain}: {exhibit.title}")
        found.append(_hung(exhibit, hall))
    return found


def _hung(exhibit: Exhibit, hall: Hall) -> Hung:
    if not exhibit.configs:
        return _drawn(exhibit, Run(Path(), ""), hall)
    runs = hall.of(exhibit.configs)
    if not runs:
        names = " or ".join(f"configs/{name}.py" for name in exhibit.configs)
        return Hung(exhibit, command=exhibit.command, absent=f"no run of {names} in the folders that were named")
    if runs[0].fault:
        return Hung(exhibit, command=exhibit.command, absent=runs[0].fault, folder=str(runs[0].folder))
    return _drawn(exhibit, runs[0], hall)


def _drawn(exhibit: Exhibit, run: Run, hall: Hall) -> Hung:
    command = command_of(run) if run.name else exhibit.command
    folder = str(run.folder) if run.name else ""
    try:
        facts = facts_of(exhibit, run) if run.name else []
        return Hung(exhibit, exhibit.draw(run, hall), facts, command, folder=folder)
    except (StillhouseError, OSError, ImportError) as error:
        return Hung(exhibit, command=exhibit.command, absent=str(error), folder=folder)
    except (
        Exception
    ) as error:  # one run of another version, or damaged in a way of its own, must not take the page along
        reason = f"{type(error).__name__}: {printable(error, 300)}"
        return Hung(exhibit, command=exhibit.command, absent=f"cannot be drawn ({reason})", folder=folder)
