"""A stream beside a profile: what is strange about its frames, and what later windows need of earlier ones."""

import numpy as np

from ..frames import Frames, concatenate
from .evidence import EVIDENCE, evidence_of
from .history import History
from .profile import Profile
from .stream import Described, never_seen


class Describer:
    """Describes the frames of a stream as they come; together they are described as the whole recording would be.

    Args:
        profile: of the vehicle.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._history = History(len(profile))
        self._frames: Frames | None = None
        self._place = np.zeros(0, np.int64)
        self._evidence = np.zeros((0, len(EVIDENCE)), np.float32)
        self._last_s, self._last_payload = never_seen(profile)

    def extend(self, frames: Frames) -> Described:
        """Take the next frames, at least one.

        Returns:
            all frames held, these the last.
        """
        place = self.profile.place(frames.can_id)
        found = evidence_of(self.profile, frames, self._history.feed(frames, place))
        self._frames = frames if self._frames is None else concatenate([self._frames, frames], frames.source)
        self._place = np.concatenate((self._place, place))
        self._evidence = np.concatenate((self._evidence, found.values))
        return Described(self.profile, self._frames, self._place, self._evidence, self._last_s, self._last_payload)

    def forget(self, count: int) -> None:
        """Let go of the first ``count`` frames held; when identifiers were seen, and with what payload, is kept."""
        if self._frames is None or not count:
            return
        gone, rest = self._frames[:count], self._frames[count:]
        place = self._place[:count]
        known = place < len(self.profile)
        self._last_s, self._last_payload = self._last_s.copy(), self._last_payload.copy()
        self._last_s[place[known]], self._last_payload[place[known]] = gone.timestamp_s[known], gone.payload[known]
        self._frames, self._place, self._evidence = rest, self._place[count:], self._evidence[count:]
