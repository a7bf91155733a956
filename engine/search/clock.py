"""How much of a budget is spent, in evaluations or steps, and in seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

UNTIL = {"screening": 0.15, "gradient": 0.6, "evolution": 1.0}  # shares of the time at which the stages end


class Timer:
    """Seconds that a search has taken, those before an interruption among them.

    Args:
        spent: seconds of earlier starts.
    """

    def __init__(self, spent: float = 0.0, now: Callable[[], float] = time.perf_counter) -> None:
        self._now, self._began = now, now() - spent

    @property
    def elapsed(self) -> float:
        """Seconds so far."""
        return self._now() - self._began


@dataclass
class Clock:
    """The budget of one stage.

    Attributes:
        most: evaluations or steps.
        timer: of the whole search.
        deadline: of this stage, seconds of the timer; None for none.
        began: what the timer showed when the stage began.
    """

    most: int
    timer: Timer
    deadline: float | None
    began: float

    def left(self, done: int, timed: bool = True) -> int:
        """How many evaluations or steps may still be made; ``timed`` says whether the deadline counts."""
        late = timed and self.deadline is not None and self.timer.elapsed >= self.deadline
        return 0 if late else max(self.most - done, 0)

    def share(self, done: int) -> float:
        """Of the budget that is spent, in [0, 1]."""
        counted = done / self.most if self.most else 1.0
        if self.deadline is None:
            return min(counted, 1.0)
        timed = (self.timer.elapsed - self.began) / max(self.deadline - self.began, 1e-9)
        return min(max(counted, timed), 1.0)


def clock_of(stage: str, most: int, seconds: float | None, timer: Timer, began: float | None = None) -> Clock:
    """The clock of a stage; what an earlier stage leaves of the time, the later ones have.

    Args:
        stage: one of ``UNTIL``.
        most: its evaluations or steps.
        seconds: of the whole search.
        timer: of the whole search.
        began: when the stage began, if that was in an earlier start.
    """
    deadline = None if seconds is None else seconds * UNTIL[stage]
    return Clock(most, timer, deadline, timer.elapsed if began is None else began)
