"""Work done ahead of need by a thread, in order."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as LateError
from typing import Generic, TypeVar

from .source import PageError

Made = TypeVar("Made")
PATIENCE_S = 120


class Prefetch(Generic[Made]):
    """Holds the next few results of ``make(0), make(1), ...``; not for several threads at once.

    Args:
        make: called in the executor with the number of the result.
        executor: that does the work, perhaps for others too.
        first: number to begin with.
        depth: results to hold.
    """

    def __init__(self, make: Callable[[int], Made], executor: Executor, first: int = 0, depth: int = 2) -> None:
        self._make, self._executor, self._next, self._depth = make, executor, first, depth
        self._pending: deque[Future] = deque()
        self._fill()

    def take(self) -> Made:
        """The next result; waits where it is not there yet.

        Raises:
            PageError: it takes too long. What ``make`` raises is raised here; the next call goes on with the next number.
        """
        self._fill()
        try:
            return self._pending[0].result(PATIENCE_S)
        except LateError as error:
            raise PageError("drawing takes too long; wait a little, then reload the page") from error
        finally:
            if self._pending[0].done():
                self._pending.popleft()
            self._fill()

    def close(self) -> None:
        """Give up what has not begun."""
        for future in self._pending:
            future.cancel()

    def _fill(self) -> None:
        while len(self._pending) < self._depth:
            self._pending.append(self._executor.submit(self._make, self._next))
            self._next += 1
