"""An alarm: a window whose score lies above the threshold, and the identifiers that carry it."""

from dataclasses import dataclass
from datetime import datetime, timezone
from math import isfinite, isnan

EPOCH_S = 1e8  # smaller timestamps count from the start of a recording, not from 1970


@dataclass(frozen=True)
class Carrier:
    """An identifier's part in an alarm.

    Args:
        can_id: the identifier.
        share: in [0, 1], of all that raises the score.
        known: whether training knew the identifier.
    """

    can_id: int
    share: float
    known: bool


@dataclass(frozen=True)
class Alarm:
    """One window above the threshold.

    Args:
        window: number of the window in the stream, from 0.
        start_s: timestamp of its first frame.
        end_s: timestamp of its last frame.
        score: of the network.
        threshold: that the score exceeds.
        carriers: the identifiers that raise it most, the largest share first.
        latency_s: from the arrival of the last frame to the alarm; NaN where frames do not arrive one by one.
        is_attack: what a labelled log says of the window; None without labels.
    """

    window: int
    start_s: float
    end_s: float
    score: float
    threshold: float
    carriers: tuple[Carrier, ...]
    latency_s: float
    is_attack: bool | None = None

    def entry(self) -> dict:
        """The alarm as plain values, a line of the record."""
        found = {
            "kind": "alarm",
            "time": clock(self.end_s),
            "window": self.window,
            "start_s": self.start_s,
            "end_s": self.end_s,
            "score": self.score if isfinite(self.score) else None,  # JSON has no infinity
            "threshold": self.threshold,
            "ids": [
                {"id": f"{one.can_id:03X}", "share": round(one.share, 4), "known": one.known} for one in self.carriers
            ],
            "latency_ms": None if isnan(self.latency_s) else round(self.latency_s * 1e3, 3),
        }
        return found if self.is_attack is None else {**found, "attack": self.is_attack}


def clock(time_s: float) -> str:
    """A timestamp to read: ISO 8601 in UTC where it counts from 1970, else seconds."""
    if not EPOCH_S <= time_s < 1e11:
        return f"{time_s:.6f} s"
    return datetime.fromtimestamp(time_s, timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
