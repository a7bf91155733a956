"""What is counted while the frames of a recording pass by."""

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np

from ..frames import Frames

_ROW = np.dtype([("time_s", "<f8"), ("can_id", "<u4"), ("dlc", "u1"), ("payload", "u1", 8)])


@dataclass
class Facts:
    """Running counts over the stretches of one recording.

    Args:
        rows: frames.
        attack_rows: frames labelled 1.
        steps_back: frames whose timestamp is smaller than the one before.
        largest_step_back_s: the largest such step, in seconds.
        empty_payloads: frames of DLC 0.
        short_payloads: frames of fewer than 8 bytes.
        filled_labels: frames without a label that were given 0.
        first_s: the first timestamp.
        last_s: the last one.
    """

    rows: int = 0
    attack_rows: int = 0
    steps_back: int = 0
    largest_step_back_s: float = 0.0
    empty_payloads: int = 0
    short_payloads: int = 0
    filled_labels: int = 0
    first_s: float = math.nan
    last_s: float = math.nan
    _frames: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False)
    _labels: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False)

    def add(self, frames: Frames) -> None:
        """Count in the next stretch of at least one frame."""
        before = self.last_s if self.rows else float(frames.timestamp_s[0])
        steps = np.diff(frames.timestamp_s, prepend=before)
        if not self.rows:
            self.first_s = before
        self.rows += len(frames)
        self.steps_back += int(np.count_nonzero(steps < 0))
        self.largest_step_back_s = max(self.largest_step_back_s, -float(steps.min()))
        self.empty_payloads += int(np.count_nonzero(frames.dlc == 0))
        self.short_payloads += int(np.count_nonzero(frames.dlc < 8))
        self.last_s = float(frames.timestamp_s[-1])
        self._digest(frames)

    def _digest(self, frames: Frames) -> None:
        rows = np.empty(len(frames), _ROW)
        rows["time_s"], rows["can_id"], rows["dlc"] = frames.timestamp_s + 0.0, frames.can_id, frames.dlc
        rows["payload"] = frames.payload
        self._frames.update(rows.tobytes())
        if frames.label is not None:
            self.attack_rows += int(frames.label.sum())
            self._labels.update(frames.label.tobytes())

    def frames_sha256(self) -> str:
        """Of timestamps, identifiers, lengths and bytes; however the recording was cut into stretches."""
        return self._frames.hexdigest()

    def labels_sha256(self) -> str:
        """Of the labels."""
        return self._labels.hexdigest()
