"""Percentiles of delays in memory that does not grow."""

import numpy as np

LEAST_S, MOST_S, RATIO = 1e-6, 100.0, 1.02


class Latencies:
    """Counts delays in bins of equal ratio; a percentile is right within 2 %."""

    def __init__(self) -> None:
        self._edges = LEAST_S * RATIO ** np.arange(int(np.log(MOST_S / LEAST_S) / np.log(RATIO)) + 2)
        self._counts = np.zeros(len(self._edges) + 1, np.int64)
        self.largest_s = 0.0

    def __len__(self) -> int:
        return int(self._counts.sum())

    def add(self, delays_s: np.ndarray) -> None:
        """Count some delays: (n,) seconds; NaN stands for one that means nothing and is left out."""
        delays_s = delays_s[~np.isnan(delays_s)]
        if len(delays_s):
            np.add.at(self._counts, np.searchsorted(self._edges, delays_s, side="left"), 1)
            self.largest_s = max(self.largest_s, float(np.max(delays_s)))

    def percentile_s(self, share: float) -> float:
        """The delay that a share in [0, 1] of all does not exceed, rounded up by 2 % at most; NaN where there is none."""
        if not len(self):
            return float("nan")
        rank = max(1, int(np.ceil(share * len(self))))
        place = int(np.searchsorted(np.cumsum(self._counts), rank))
        return min(float(self._edges[min(place, len(self._edges) - 1)]), self.largest_s)

    def in_milliseconds(self) -> dict[str, float | None]:
        """``p50``, ``p99`` and ``max``; None where nothing was counted."""
        if not len(self):
            return {"p50": None, "p99": None, "max": None}
        found = {"p50": self.percentile_s(0.5), "p99": self.percentile_s(0.99), "max": self.largest_s}
        return {name: round(seconds * 1e3, 3) for name, seconds in found.items()}
