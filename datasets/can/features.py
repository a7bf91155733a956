"""The features of nodes and edges, as sums over runs of equal keys.

All sums are of integers (bytes, squares of bytes, microseconds), so they are exact whatever their order.
"""

from dataclasses import dataclass

import numpy as np

NODE_FEATURES = (
    *(f"byte_{place}_mean" for place in range(8)),
    *(f"byte_{place}_std" for place in range(8)),
    "count",
    "last_position",
    "log_mean_interval",
    "log_std_interval",
)
EDGE_FEATURES = (
    "log_count",
    "frequency",
    "log_mean_interval",
    "log_std_interval",
    "regularity",
    "first",
    "last",
    "spread",
    "reverse",
    "log_degree_product",
    "log_degree_ratio",
)
LOG_ONE_MICROSECOND = -6.0
SINGLE_LOG_MEAN = 0.0
SINGLE_LOG_STD = LOG_ONE_MICROSECOND
_LANES = np.uint64(0x000000FF000000FF)


@dataclass(frozen=True)
class Runs:
    """Frames grouped by a key, in time order within each group.

    Args:
        frame: (n,) int64, frames, group after group.
        start: (R,) int64, where each group begins in ``frame``.
        count: (R,) int64, frames in each group.
    """

    frame: np.ndarray
    start: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, key: np.ndarray, frame: np.ndarray) -> "Runs":
        """Group ``frame`` (ascending, not negative) by ``key``; one sort of both in one integer orders the pairs."""
        bits = int(frame[-1]).bit_length()
        both = (key << bits) | frame
        both.sort()
        key = both >> bits
        start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        return cls(both & ((1 << bits) - 1), start, np.diff(start, append=len(key)))

    @property
    def first(self) -> np.ndarray:
        """(R,) the first frame of each group."""
        return self.frame.take(self.start)

    @property
    def last(self) -> np.ndarray:
        """(R,) the last frame of each group."""
        return self.frame.take(self.start + self.count - 1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """(R,) sums of 64-bit integers over the groups; a running total that wraps still has exact differences."""
        total = np.cumsum(values)
        ends = total.take(self.start + self.count - 1)
        ends[1:] -= ends[:-1].copy()
        return ends


def node_bytes(nodes: Runs, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each payload byte, divided by 255.

    Args:
        nodes: the frames of each node.
        words: (n,) uint64, the payloads of all frames as little-endian words.

    Returns:
        two arrays (R, 8) in [0, 1] and [0, 0.5].
    """
    words = words.take(nodes.frame)
    total = np.empty((len(nodes.start), 8))
    squares = np.empty((len(nodes.start), 8))
    for place in range(4):
        lanes = (words >> np.uint64(8 * place)) & _LANES
        total[:, place::4] = nodes.sums(lanes).view(np.uint32).reshape(-1, 2)
        halves = lanes.view(np.uint32)
        squares[:, place::4] = nodes.sums((halves * halves).view(np.uint64)).view(np.uint32).reshape(-1, 2)
    count = nodes.count[:, None]
    spread = np.sqrt(count * squares - total * total)
    scale = 1 / (255.0 * count)
    return total * scale, spread * scale


def interval_features(runs: Runs, ticks: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logarithms of the mean and standard deviation of the time between a group's successive frames; regularity.

    Args:
        runs: the frames of each group.
        ticks: (n,) int64, the time of all frames in microseconds.
        longest: steps are clipped to [0, longest] microseconds, since clocks step back and sessions part.

    Returns:
        log10 of mean and deviation in seconds, at least 1 microsecond; mean / (mean + deviation), in [0, 1]. A single
        frame has ``SINGLE_LOG_MEAN``, ``SINGLE_LOG_STD`` and 0.
    """
    times = ticks.take(runs.frame)
    step = np.zeros(len(times), np.int64)
    np.subtract(times[1:], times[:-1], out=step[1:])
    np.clip(step, 0, longest, out=step)
    step[runs.start] = 0
    often = np.flatnonzero(runs.count > 1)
    intervals = (runs.count[often] - 1).astype(np.float64)
    total = runs.sums(step)[often].astype(np.float64)
    squares = runs.sums(step * step)[often].astype(np.float64)
    mean = total / intervals
    deviation = np.sqrt(np.maximum(intervals * squares - total * total, 0)) / intervals
    return (
        _spread_out(_log_seconds(mean), often, len(runs.start), SINGLE_LOG_MEAN),
        _spread_out(_log_seconds(deviation), often, len(runs.start), SINGLE_LOG_STD),
        _spread_out(mean / np.maximum(mean + deviation, 1e-9), often, len(runs.start), 0.0),
    )


def _log_seconds(microseconds: np.ndarray) -> np.ndarray:
    return np.log10(np.maximum(microseconds, 1.0)) + LOG_ONE_MICROSECOND


def _spread_out(values: np.ndarray, at: np.ndarray, length: int, fill: float) -> np.ndarray:
    full = np.full(length, fill)
    full[at] = values
    return full


def occurrence_features(edges: Runs, window: int) -> tuple[np.ndarray, ...]:
    """How often an edge occurs, and its first and last position.

    Args:
        edges: the frames from which each edge leaves.
        window: frames in a window.

    Returns:
        log10 of the count, count / steps of the window, first and last position / window.
    """
    count = edges.count
    return np.log10(count), count / (window - 1), edges.first % window / window, edges.last % window / window


def degree_features(source: np.ndarray, target: np.ndarray, nodes: int) -> tuple[np.ndarray, ...]:
    """Whether the opposite edge exists, and the degrees at both ends.

    Args:
        source: (E,) int64, nodes; the pairs (source, target) ascend.
        target: (E,) int64.
        nodes: their number.

    Returns:
        reverse in {0, 1} (1 for a self-loop), log10 of degree product, log10 of degree ratio (source over target); a
        degree counts distinct edges in and out.
    """
    key, opposite = source * nodes + target, target * nodes + source
    place = np.minimum(np.searchsorted(key, opposite), len(key) - 1)
    degree = np.log10(np.bincount(source, minlength=nodes) + np.bincount(target, minlength=nodes))
    at_source, at_target = degree.take(source), degree.take(target)
    return key.take(place) == opposite, at_source + at_target, at_source - at_target
