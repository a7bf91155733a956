"""What a watch saw, in numbers that do not grow with it."""

import time
from dataclasses import asdict, dataclass, field

import numpy as np

from .figures import Figures
from .latency import Latencies
from .sources import Arrival, Counts
from .threshold import Threshold

LONGEST_STEP_S = 60.0  # a longer one is a clock that was set, or a gap


@dataclass
class Summary:
    """Counts of a watch.

    Args:
        model: the file of the network.
        source: the log or the bus.
        threshold: in use; None before it is calibrated.
    """

    model: str
    source: str
    threshold: Threshold | None = None
    frames: int = 0
    windows: int = 0
    alarms: int = 0
    episodes: int = 0
    unscored: int = 0
    bus_seconds: float = 0.0
    lost_lines: int = 0
    ended: str = ""
    latencies: Latencies = field(default_factory=Latencies)
    alarm_latencies: Latencies = field(default_factory=Latencies)
    figures: Figures = field(default_factory=Figures)
    _began_s: float = field(default_factory=time.perf_counter)
    _last_s: float | None = None

    def see(self, arrival: Arrival) -> None:
        """Count the frames that arrived and the time on the bus's clock; steps back and gaps above a minute count as nothing."""
        time_s = arrival.frames.timestamp_s
        if not len(time_s):
            return
        self.frames += len(time_s)
        before = time_s[:1] if self._last_s is None or arrival.restarted else [self._last_s]
        steps = np.diff(np.concatenate((before, time_s)))
        self.bus_seconds += float(steps[(steps > 0) & (steps < LONGEST_STEP_S)].sum())
        self._last_s = float(time_s[-1])

    @property
    def wall_s(self) -> float:
        """Seconds since the watch began."""
        return time.perf_counter() - self._began_s

    @property
    def frames_per_s(self) -> float:
        """Frames a second, by this machine's clock."""
        return self.frames / max(self.wall_s, 1e-9)

    def entry(self, counts: Counts) -> dict:
        """All of it as plain values, the last line of the record."""
        names = ("model", "source", "frames", "windows", "alarms", "episodes", "unscored", "lost_lines", "ended")
        return {
            "kind": "summary",
            **{name: getattr(self, name) for name in names},
            "bus_seconds": round(self.bus_seconds, 3),
            "wall_s": round(self.wall_s, 3),
            "frames_per_s": round(self.frames_per_s, 1),
            "threshold": None if self.threshold is None else asdict(self.threshold),
            "latency_ms": {
                "window": self.latencies.in_milliseconds(),
                "alarm": self.alarm_latencies.in_milliseconds(),
            },
            **asdict(counts),
            "figures": None if self.threshold is None else self.figures.results(self.threshold.value),
        }
