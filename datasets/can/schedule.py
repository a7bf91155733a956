"""When a window of a stream is due: every so many frames, or every so many seconds of the bus's own clock."""

from dataclasses import dataclass

import numpy as np

from .errors import CANFormatError
from .graphs import check_window


@dataclass(frozen=True)
class Schedule:
    """Which frames complete a window.

    Args:
        window: frames in a window.
        stride: frames from one window's start to the next one's; ignored with ``every_s``.
        every_s: seconds; a window ends with the first frame of each such stretch of time. None goes by frames.

    Raises:
        CANFormatError: a window, a stride or a time out of range.
    """

    window: int = 100
    stride: int = 100
    every_s: float | None = None

    def __post_init__(self) -> None:
        check_window(self.window, self.stride)
        if self.every_s is not None and not 0 < self.every_s < np.inf:
            remedy = "50 ms are 0.05; leave it out to go by frames."
            raise CANFormatError("every_s", f"{self.every_s}", "a positive number of seconds", remedy)

    def ends(self, time_s: np.ndarray, seen: int, origin_s: float, last_s: float) -> np.ndarray:
        """The frames that complete a window; a function of the recording alone, however it is cut.

        By time, a clock that steps, in either direction, makes one window due and no more.

        Args:
            time_s: (n,) timestamps of new frames.
            seen: frames of the recording before them.
            origin_s: timestamp of the recording's first frame.
            last_s: timestamp of the frame before the new ones; ``origin_s`` where there is none.

        Returns:
            (G,) int64, ascending, indices of new frames.
        """
        if self.every_s is None:
            first = self.needed(seen) - 1
            return np.arange(first, len(time_s), self.stride)
        # In whole microseconds, the finest that clocks and logs tell: 50 ms after the epoch's seconds are no round number.
        ticks = np.rint((np.concatenate(([last_s], time_s)) - origin_s) * 1e6)
        stretch = ticks // max(1.0, np.rint(self.every_s * 1e6))
        ends = np.flatnonzero(stretch[1:] != stretch[:-1])
        return ends[ends + seen >= self.window - 1]

    def needed(self, seen: int) -> int:
        """How many more frames there must be, at least, before another window can be complete."""
        if seen < self.window:
            return self.window - seen
        return 1 if self.every_s is not None else self.stride - (seen - self.window) % self.stride
