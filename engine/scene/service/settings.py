"""How much the service takes on at once."""

import os
from dataclasses import dataclass, field, fields

from .errors import ServiceError

FULL_SIZE = 1024  # pixels a side of an image whose size the request does not give


def default_workers() -> int:
    """As many as there are cores, 8 at most."""
    return min(os.cpu_count() or 1, 8)


@dataclass(frozen=True)
class Settings:
    """Limits of the service.

    Args:
        workers: threads that render.
        queue_limit: requests that may wait for one of them; more are refused.
        queue_timeout_s: seconds that a request may wait.
        max_batch: waiting requests of one size that are drawn together at most.
        max_body: bytes of a request's body.
        body_timeout_s: seconds in which a body has to arrive.
        grace_s: seconds that rendering may go on after SIGTERM.

    Raises:
        ServiceError: a value that is not positive.
    """

    workers: int = field(default_factory=default_workers)
    queue_limit: int = 64
    queue_timeout_s: float = 30.0
    max_batch: int = 8
    max_body: int = 64 << 10
    body_timeout_s: float = 10.0
    grace_s: float = 30.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not value > 0:
                raise ServiceError(f"{one.name}: got {value!r}, expected a positive number")
