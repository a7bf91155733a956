"""What the two modes of the page share: an annotator, a history, what is shown, and what comes next."""

import contextlib
import logging
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

from ....datasets.sketch.preferences import Faults, Judgement, PreferenceError, Session
from ....datasets.sketch.preferences.reading import read_standing
from .cards import Grid, Pair, Table
from .history import History
from .prefetch import Prefetch
from .source import Condition, PageError

Shown = TypeVar("Shown", Pair, Grid)
STALE = "The page had lost touch with the server. Your last press was not recorded; this is where you were."
UNWRITTEN = "Not recorded: the server cannot write. Its log says why. Press again once it can."
ATTEMPTS = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What is to be collected.

    Attributes:
        target: answers wanted of an annotator.
        repeat_share: of pairs shown a second time, about, 0 to 0.5.
        grid: items rated together, 4 to 8.
        seed: of the items and the sides; None draws them from the operating system.
    """

    target: int = 100
    repeat_share: float = 0.1
    grid: int = 6
    seed: int | None = None


@dataclass(frozen=True)
class View(Generic[Shown]):
    """What to show.

    Attributes:
        annotator: who answers.
        shown: what is to be answered; None where nothing can be drawn.
        answered: so far.
        target: wanted.
        rate: answers a minute; None where it is not known yet.
        notice: a message for the annotator; empty where there is nothing to say.
    """

    annotator: str
    shown: Shown | None
    answered: int
    target: int
    rate: float | None
    notice: str = ""


class Sitting(ABC, Generic[Shown]):
    """One annotator before the page. Several threads may call: one answer is taken at a time, and each card's only once.

    Args:
        table: where cards are made.
        session: that records.
        plan: of the collection.
        executor: that draws ahead.

    Attributes:
        history: of the annotator in this session; read from the store, so that a restart goes on with it.
    """

    def __init__(self, table: Table, session: Session, plan: Plan, executor: Executor) -> None:
        self.session, self.plan, self._table = session, plan, table
        self._lock = threading.Lock()
        self.history = History(_standing(session))
        self._ahead = Prefetch(self._draw, executor, first=self.history.count)
        self._put_aside: list[Shown] = []
        self._shown: Shown | None = None

    def view(self, notice: str = "") -> View:
        """What stands on the page now."""
        with self._lock:
            return self._view(notice)

    def undo(self, id: str) -> View:
        """Take the newest answer back and show what it was about again.

        Args:
            id: of what the annotator sees; where that has changed nothing is taken back.
        """
        with self._lock:
            if not self._is_shown(id):
                return self._view(self._if_lost(id))
            if not self.history.recent:
                return self._view("There is nothing to take back.")
            with self._writing() as wrong:
                again = self._take_back()
                if self._shown is not None:
                    self._put_aside.append(self._shown)
                self._shown = again
            return self._view(wrong[0] if wrong else "Taken back. Answer it again.")

    def close(self) -> None:
        """Give up drawing ahead."""
        self._ahead.close()

    def _view(self, notice: str = "") -> View:
        try:
            if self._shown is None:
                self._shown = self._next()
        except PageError as error:
            notice = f"Nothing can be shown: {error}"
        except Exception:
            # Whatever a source raises must not end the page: the annotator can wait and reload.
            _log.exception("nothing can be shown to %s", self.session.name)
            notice = "Nothing can be shown. The server's log says why. Reload the page once it is mended."
        history = self.history
        return View(self.session.annotator, self._shown, history.answered, self.plan.target, history.rate, notice)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[list[str]]:
        """Turns a refusal of the store into a message for the annotator."""
        wrong: list[str] = []
        try:
            yield wrong
        except (PreferenceError, PageError, OSError) as error:
            _log.error("%s: %s", self.session.name, error)
            wrong.append(UNWRITTEN)

    def _is_shown(self, id: str) -> bool:
        return self._shown is not None and self._shown.id == id

    def _if_lost(self, id: str) -> str:
        """What to say to a press on something that is not shown; nothing where its answer is recorded or none was given."""
        return "" if not id or any(record.id == id for record in self.history.recent) else STALE

    def _next(self) -> Shown:
        return self._put_aside.pop() if self._put_aside else self._ahead.take()

    def _draw(self, number: int) -> Shown:
        conditions = self._table.source.conditions
        condition = conditions[number % len(conditions)]
        seed = self.plan.seed
        draw = random.SystemRandom() if seed is None else random.Random(f"{seed} {self.session.name} {number}")
        for _ in range(ATTEMPTS - 1):
            # Of numbers that are not finite, or too large; another seed may help.
            with contextlib.suppress(PreferenceError):
                return self._drawn(condition, draw)
        return self._drawn(condition, draw)

    @abstractmethod
    def _drawn(self, condition: Condition, draw: random.Random) -> Shown:
        """A new card of a condition."""

    @abstractmethod
    def _take_back(self) -> Shown:
        """Undo the newest answer and show its card again."""


def seeds(count: int, draw: random.Random) -> list[int]:
    """Seeds of items, so many that two are hardly ever the same."""
    return [draw.getrandbits(53) for _ in range(count)]


def _standing(session: Session) -> Iterator[Judgement]:
    """Streamed: a session may be long. Damaged lines are passed over: one must not keep an annotator from going on."""
    if not session.store.session_path(session.name).exists():
        return
    faults = Faults()
    for record in read_standing(session.store.root, "skip", faults, [session.name]):
        if record.annotator == session.annotator:
            yield record
    if faults.counts:
        _log.warning("session %s: passed over %s lines", session.name, dict(faults.counts))
