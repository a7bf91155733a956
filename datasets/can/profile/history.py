"""What changed between a frame and the frames of the same identifier before it, also across chunks of a stream."""

from dataclasses import dataclass, fields

import numpy as np

from ..frames import Frames

SHORTEST_S = 1e-6
LONGEST_S = 60.0


@dataclass(frozen=True)
class Changes:
    """n frames beside their predecessors of the same identifier.

    Args:
        place: (n,) int64, the identifier's row in a profile; K for one that it does not know.
        interval_s: (n,) float64, since the frame before, in [1e-6, 60]; NaN for a first frame.
        pair_s: (n,) float64, since the frame two before; NaN for a first or second one.
        previous: (n, 8) uint8, the payload before; the frame's own for a first one.
        repeats: (n,) int64, how many frames before in a row had the same payload.
        before: (n,) int64, the place of the bus's frame before; -1 for the first of all.
    """

    place: np.ndarray
    interval_s: np.ndarray
    pair_s: np.ndarray
    previous: np.ndarray
    repeats: np.ndarray
    before: np.ndarray

    def take(self, rows: np.ndarray) -> "Changes":
        """Those of the given indices, or where a mask is True, in that order."""
        return Changes(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def is_first(self) -> np.ndarray:
        """(n,) bool, whether no frame of the identifier came before."""
        return np.isnan(self.interval_s)


class History:
    """The last two frames of each identifier of a profile; identifiers that it does not know are not remembered.

    Args:
        known: K, identifiers of the profile. The memory is bounded by it, whatever a flood sends.
    """

    def __init__(self, known: int) -> None:
        self.known = known
        self.last_s = np.full((2, known), np.nan)
        self.payload = np.zeros((known, 8), np.uint8)
        self.repeats = np.zeros(known, np.int64)
        self.before = -1

    def feed(self, frames: Frames, place: np.ndarray) -> Changes:
        """The changes of the next frames of a recording, which are remembered.

        Args:
            frames: n frames that follow those fed before.
            place: (n,) int64 in [0, K], see ``Profile.place``.

        Returns:
            the same, whatever the chunks in which a recording is fed.
        """
        changes = self._empty(place)
        rows = np.flatnonzero(place < self.known)
        if len(rows):
            self._fill(changes, frames, rows)
        self.before = int(place[-1]) if len(place) else self.before
        return changes

    def _empty(self, place: np.ndarray) -> Changes:
        n = len(place)
        before = np.concatenate(([self.before], place))[:n]
        nothing = np.full(n, np.nan)
        return Changes(place, nothing, nothing.copy(), np.zeros((n, 8), np.uint8), np.zeros(n, np.int64), before)

    def _fill(self, changes: Changes, frames: Frames, rows: np.ndarray) -> None:
        rows = rows[np.argsort(changes.place[rows], kind="stable")]
        place, time, payload = changes.place[rows], frames.timestamp_s[rows], frames.payload[rows]
        rank = _ranks(place)
        first, second = rank == 0, rank == 1
        one, two = _rolled(time, 1), _rolled(time, 2)
        one[first] = self.last_s[0, place[first]]
        two[first], two[second] = self.last_s[1, place[first]], self.last_s[0, place[second]]
        changes.interval_s[rows], changes.pair_s[rows] = _elapsed(time, one), _elapsed(time, two)
        previous = _rolled(payload, 1)
        seen = ~np.isnan(self.last_s[0, place[first]])
        previous[first] = np.where(seen[:, None], self.payload[place[first]], payload[first])
        changes.previous[rows] = previous
        same = (payload == previous).all(axis=1) & ~np.isnan(one)
        changes.repeats[rows] = repeats = _streaks(same, first, self.repeats[place])
        self._remember(place, time, one, payload, repeats)

    def _remember(self, place, time, one, payload, repeats) -> None:
        last = np.append(place[1:] != place[:-1], True)
        at = place[last]
        self.last_s[0, at], self.last_s[1, at] = time[last], one[last]
        self.payload[at], self.repeats[at] = payload[last], repeats[last]


def _ranks(place: np.ndarray) -> np.ndarray:
    """(n,) how many equal ones come before each, of ascending places."""
    start = np.append(True, place[1:] != place[:-1])
    index = np.arange(len(place))
    return index - np.maximum.accumulate(np.where(start, index, 0))


def _rolled(values: np.ndarray, by: int) -> np.ndarray:
    """A copy with the last ``by`` rows first: ``np.roll``, whose set-up takes longer than all else on a window's frames."""
    return np.concatenate((values[-by:], values[:-by]))


def _elapsed(now: np.ndarray, then: np.ndarray) -> np.ndarray:
    return np.clip(now - then, SHORTEST_S, LONGEST_S)


def _streaks(same: np.ndarray, first: np.ndarray, carried: np.ndarray) -> np.ndarray:
    """(n,) lengths of the runs of ``same`` up to each element; a run that reaches a first element goes on from ``carried``."""
    index = np.arange(len(same))
    broken = np.maximum.accumulate(np.where(~same, index, -1))
    begun = np.maximum.accumulate(np.where(first, index, 0))
    return np.where(broken >= begun, index - broken, index - begun + 1 + carried)
