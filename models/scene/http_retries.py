"""When a request to a renderer is tried again, and after which pause."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
REACH_PAUSE_S = 0.5


class RequestError(RuntimeError):
    """A request that got no image.

    Args:
        message: what the service, or the connection to it, answered.
        again: whether another attempt may go better.
        retry_after_s: the pause that the service asks for.
    """

    def __init__(self, message: str, again: bool = False, retry_after_s: float = 0.0) -> None:
        self.again, self.retry_after_s = again, retry_after_s
        super().__init__(message)


class UnreachableError(RequestError):
    """Nothing listens at the address; nothing has been sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, again=True)


@dataclass
class Retries:
    """The pauses of one request: exponential with jitter after failures, short ones while nothing can be reached.

    Args:
        most: attempts after the first one.
        reach_s: seconds for which an unreachable service is waited for; these attempts do not count.
        draw: of the jitter.
        now: the clock, in seconds.
    """

    most: int
    reach_s: float
    draw: random.Random = field(default_factory=random.Random)
    now: Callable[[], float] = time.monotonic
    _failed: int = 0
    _unreachable_since: float | None = None

    def pause_after(self, error: RequestError) -> float:
        """Seconds to wait before the next attempt: 0.5, 1, 2, ... times half to one and a half, or what was asked for if longer.

        Raises:
            RequestError: the error itself, where there is no next attempt.
        """
        if isinstance(error, UnreachableError) and self.reach_s > 0:
            now = self.now()
            self._unreachable_since = now if self._unreachable_since is None else self._unreachable_since
            left = self._unreachable_since + self.reach_s - now
            if left <= 0:
                raise error
            return min(REACH_PAUSE_S * self._jitter(), left)
        self._unreachable_since = None
        if not error.again or self._failed >= self.most:
            raise error
        self._failed += 1
        pause = FIRST_PAUSE_S * 2 ** (self._failed - 1) * self._jitter()
        return min(LONGEST_PAUSE_S, max(pause, error.retry_after_s))

    def _jitter(self) -> float:
        return self.draw.uniform(0.5, 1.5)
