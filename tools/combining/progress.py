"""How far a cross has come."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stillhouse.engine.sweep.running import duration

from .cases import Case
from .crossing import Outcome

Told = Callable[[Case, Outcome], None]


@contextmanager
def progress(total: int) -> Iterator[Told]:
    """A function to tell of each case: a bar with rate and time left on a terminal, else a line a case.

    Args:
        total: cases that will be tried.
    """
    if sys.stderr.isatty():
        with _bar(total) as told:
            yield told
    else:
        yield _lines(total)


@contextmanager
def _bar(total: int) -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]:.2f} cells/s"), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=Console(stderr=True)) as shown:
        task = shown.add_task("", total=total, rate=0.0)

        def told(case: Case, outcome: Outcome) -> None:
            done = shown.tasks[0].completed + 1
            rate = done / (shown.tasks[0].elapsed or 1e-9)
            shown.update(task, advance=1, rate=rate, description=f"{case.name}: {outcome.verdict}")

        yield told


def _lines(total: int) -> Told:
    begun, done = time.monotonic(), 0

    def told(case: Case, outcome: Outcome) -> None:
        nonlocal done
        done += 1
        pace = (time.monotonic() - begun) / done
        left = f"; {1 / pace:.2f} cells/s, about {duration(pace * (total - done))} left" if done < total else ""
        why = f": {outcome.reasons[0].splitlines()[0]}" if outcome.verdict == "FAILED" else ""
        print(f"[{done}/{total}] {case.name}: {outcome.verdict}{why}{left}", file=sys.stderr, flush=True)

    return told
