"""Alarms that follow each other, joined to episodes."""

from collections import Counter
from dataclasses import dataclass, field

from .alarm import Alarm

MOST_IDS = 256


@dataclass
class Episode:
    """A run of alarms.

    Args:
        start_s: timestamp of the first window's first frame.
        end_s: timestamp of the last window's last frame.
        alarms: their number.
        peak: the highest score.
        shares: identifier -> sum of its shares; of a flood of random identifiers only the largest are kept.
    """

    start_s: float
    end_s: float
    alarms: int = 0
    peak: float = float("-inf")
    shares: Counter = field(default_factory=Counter)

    def add(self, alarm: Alarm) -> None:
        """Take one more alarm."""
        self.end_s = alarm.end_s
        self.alarms += 1
        self.peak = max(self.peak, alarm.score)
        self.shares.update({one.can_id: one.share for one in alarm.carriers})
        if len(self.shares) > MOST_IDS:
            self.shares = Counter(dict(self.shares.most_common(MOST_IDS // 2)))

    def leading(self, most: int = 3) -> list[tuple[int, float]]:
        """The identifiers that carry it, each with its mean share."""
        return [(can_id, share / self.alarms) for can_id, share in self.shares.most_common(most)]


class Episodes:
    """Joins alarms whose windows lie at most ``gap_s`` apart.

    Args:
        gap_s: seconds of the bus's clock between the end of one window and the start of the next.

    Attributes:
        count: episodes begun.
        current: the one that goes on, or None.
    """

    def __init__(self, gap_s: float = 1.0) -> None:
        self.gap_s = gap_s
        self.count = 0
        self.current: Episode | None = None

    def add(self, alarm: Alarm) -> Episode | None:
        """Take an alarm; the episode that it begins, or None where it continues one. Call ``end_before`` first."""
        begun = None
        if self.current is None:
            begun = self.current = Episode(alarm.start_s, alarm.end_s)
            self.count += 1
        self.current.add(alarm)
        return begun

    def end_before(self, start_s: float) -> Episode | None:
        """The episode that is over when a window begins at ``start_s``; a clock that steps back ends one, too."""
        if self.current is None or -self.gap_s <= start_s - self.current.end_s <= self.gap_s:
            return None
        if self.current.start_s <= start_s <= self.current.end_s:
            return None
        return self.end()

    def end(self) -> Episode | None:
        """End the one that goes on, if any, and return it."""
        ended, self.current = self.current, None
        return ended
