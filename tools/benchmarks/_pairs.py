"""Two ways of doing one thing, timed in turns: neighbours on the machine slow both alike, and a ratio does not show them."""

import statistics
import time
from collections.abc import Callable

PAIRS, QUICK_PAIRS = 15, 5


def paired(ours: Callable, other: Callable, pairs: int, calls: int = 1) -> list[float]:
    """Ratios of CPU times, ours to the other's, after a warm-up of both.

    Args:
        ours, other: without arguments.
        pairs: of measurements, one after the other.
        calls: of each in a measurement.
    """
    _seconds(ours, 1), _seconds(other, 1)
    return [_seconds(ours, calls) / _seconds(other, calls) for _ in range(pairs)]


def _seconds(work: Callable, calls: int) -> float:
    began = time.process_time()
    for _ in range(calls):
        work()
    return time.process_time() - began


def row(part: str, against: str, ratios: list[float]) -> dict:
    """``part``, ``against``, the median ``ratio``, the quartiles ``q1`` and ``q3``, and the number of ``pairs``."""
    q1, median, q3 = statistics.quantiles(ratios, n=4, method="inclusive")
    return {"part": part, "against": against, "ratio": median, "q1": q1, "q3": q3, "pairs": len(ratios)}


def missing(part: str, against: str, why: str) -> dict:
    """A row without a measurement; ``ratio`` says why."""
    return {"part": part, "against": against, "ratio": why, "q1": "", "q3": "", "pairs": 0}


def pairs_of(quick: bool) -> int:
    """How many pairs a benchmark measures."""
    return QUICK_PAIRS if quick else PAIRS
