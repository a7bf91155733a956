"""A recording against a profile: the evidence of its frames, and what each window says as a whole."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..frames import Frames
from .consistency import byte_means
from .evidence import evidence_of
from .history import History
from .nodes import overdue, window_features
from .profile import Profile


@dataclass(frozen=True)
class Described:
    """Frames of a recording beside a profile.

    Args:
        profile: of the vehicle.
        frames: n frames.
        place: (n,) int64, rows of their identifiers in the profile.
        evidence: (n, len(EVIDENCE)) float32.
        last_s: (K,) float64, when each identifier was last seen before the first of these frames; NaN for never.
        last_payload: (K, 8) uint8, its payload then.
    """

    profile: Profile
    frames: Frames
    place: np.ndarray
    evidence: np.ndarray
    last_s: np.ndarray
    last_payload: np.ndarray

    @classmethod
    def of(cls, profile: Profile, frames: Frames) -> "Described":
        """A whole recording, or a stretch taken as one."""
        place = profile.place(frames.can_id)
        evidence = evidence_of(profile, frames, History(len(profile)).feed(frames, place)).values
        return cls(profile, frames, place, evidence, *never_seen(profile))

    @cached_property
    def _order(self) -> np.ndarray:
        """(n,) the keys ``place * n + frame``, ascending."""
        return np.sort(self.place * len(self.place) + np.arange(len(self.place)))

    def latest(self, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """When each identifier was last seen at some frames, (W, K) seconds with NaN for never, and its payload (W, K, 8)."""
        n, known = len(self.place), np.arange(len(self.profile))
        found = np.searchsorted(self._order, known * n + ends[:, None], side="right") - 1
        key = self._order[np.maximum(found, 0)]
        there, frame = (found >= 0) & (key // n == known), key % n
        last_s = np.where(there, self.frames.timestamp_s[frame], self.last_s)
        return last_s, np.where(there[..., None], self.frames.payload[frame], self.last_payload)

    def windows(self, starts: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
        """Features of whole windows, and how strange each identifier's bytes are beside the others'.

        Args:
            starts: (W,) int64, the first frame of each window.
            window: frames in a window.

        Returns:
            (W, 4) float32, see ``nodes.window_features``; (W, K + 1) octaves, -2 for the unknown, the last.
        """
        ends = starts + window - 1
        last_s, last = self.latest(ends)
        time = self.frames.timestamp_s
        whole = window_features(self.profile, time[ends] - time[starts], overdue(self.profile, last_s, time[ends]))
        return whole, self.strangeness(starts, window, last)

    def strangeness(self, starts: np.ndarray, window: int, last: np.ndarray) -> np.ndarray:
        """(W, K + 1) octaves, see ``Consistency.strangeness``."""
        rows = (starts[:, None] + np.arange(window)).ravel()
        of_window = np.repeat(np.arange(len(starts)), window)
        means = byte_means(of_window, self.place[rows], self.frames.payload[rows], last, len(starts))
        known = self.profile.consistency.strangeness(means)
        return np.concatenate((known, np.full((len(starts), 1), -2.0, np.float32)), axis=1)


def never_seen(profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    """``last_s`` and ``last_payload`` before the first frame of a recording: the usual bytes stand for what is yet to come."""
    return np.full(len(profile), np.nan), profile.usual_payload
