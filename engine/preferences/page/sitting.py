"""What the two modes of the page share: an annotator, a history, what is shown, and what comes next."""

import random
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

from ....datasets.sketch.preferences import Judgement, PreferenceError, Session
from .cards import ATTEMPTS, Grid, Pair, Table
from .history import History
from .prefetch import Prefetch
from .source import Condition

Shown = TypeVar("Shown", Pair, Grid)
STALE = "The page had lost touch with the server. Your last press was not recorded; this is where you were."


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
        notice: one sentence for the annotator; empty where there is nothing to say.
    """

    annotator: str
    shown: Shown | None
    answered: int
    target: int
    rate: float | None
    notice: str = ""


class Sitting(Generic[Shown]):
    """One annotator before the page. Several threads may call: one answer is taken at a time, and each card's only once.

    Args:
        table: where cards are made.
        session: that records.
        plan: of the collection.
        executor: that draws ahead.
    """

    mode = ""
    unit = ""

    def __init__(self, table: Table, session: Session, plan: Plan, executor: Executor) -> None:
        self.session, self.plan, self._table = session, plan, table
        self._lock = threading.Lock()
        self.history = History(_standing(session))
        self._random = random.SystemRandom() if plan.seed is None else random.Random(f"{plan.seed} {session.name}")
        self._ahead = Prefetch(self._draw, executor, first=self.history.count)
        self._put_aside: deque[Shown] = deque()
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
            try:
                again = self._take_back()
            except (PreferenceError, OSError) as error:
                return self._view(str(error))
            if self._shown is not None:
                self._put_aside.append(self._shown)
            self._shown = again
            return self._view("Taken back. Answer it again.")

    def close(self) -> None:
        """Give up drawing ahead."""
        self._ahead.close()

    def _view(self, notice: str = "") -> View:
        try:
            if self._shown is None:
                self._shown = self._next()
        except Exception as error:
            notice = f"Nothing can be shown: {error}"
        history = self.history
        return View(self.session.annotator, self._shown, history.answered, self.plan.target, history.rate, notice)

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
        for attempt in range(ATTEMPTS):
            try:
                return self._drawn(condition)
            except PreferenceError:
                # Perhaps numbers that are not finite: another seed may help; a full disk stays full.
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _seeds(self, count: int) -> Sequence[int]:
        return [self._random.getrandbits(53) for _ in range(count)]

    def _drawn(self, condition: Condition) -> Shown:
        raise NotImplementedError

    def _take_back(self) -> Shown:
        raise NotImplementedError


def _standing(session: Session) -> list[Judgement]:
    return list(session.standing())
