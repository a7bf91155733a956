"""The leakage audit: no window of frames may stand in two of train, val and test.

A window's hash covers timestamps, identifiers, lengths and bytes of its raw frames. Hashes are polynomial,
``H_a = sum_j h_(a+j) m^j mod 2^64``, so that those at every offset of a recording follow from one running sum: a copy is
found wherever it begins.
"""

from itertools import permutations

import numpy as np

from .errors import LeakageError
from .frames import Frames

_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)


def frame_hashes(frames: Frames) -> np.ndarray:
    """A 64-bit hash of each frame.

    Args:
        frames: n frames.

    Returns:
        (n,) uint64.
    """
    time = (frames.timestamp_s + 0.0).view(np.uint64)
    words = np.ascontiguousarray(frames.payload).view(np.uint64)[:, 0]
    header = (frames.can_id.astype(np.uint64) << np.uint64(8)) | frames.dlc
    return _mix(_mix(_mix(time) + words) + header)


def window_hashes(frames: Frames, window: int) -> np.ndarray:
    """The hash of the window at every offset.

    Args:
        frames: n frames.
        window: frames in a window.

    Returns:
        (max(0, n - window + 1),) uint64.
    """
    count = len(frames) - window + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    total = np.zeros(len(frames) + 1, np.uint64)
    np.cumsum(frame_hashes(frames) * _powers(_FACTOR, len(frames)), out=total[1:])
    return (total[window:] - total[:-window]) * _powers(_INVERSE, count)


def _powers(factor: int, count: int) -> np.ndarray:
    powers = np.full(count, factor, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)


def _mix(value: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64, a bijection of 64-bit words."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


class LeakageAudit:
    """Collects the windows of every split and compares them.

    Args:
        window: frames in a window.
        stride: frames between the starts of windows.
    """

    def __init__(self, window: int, stride: int) -> None:
        self.window = window
        self.stride = stride
        self._hashes: dict[str, dict[str, np.ndarray]] = {}

    def add(self, split: str, frames: Frames) -> None:
        """Take in the frames that one recording gives to a split."""
        self._hashes.setdefault(split, {})[frames.source] = window_hashes(frames, self.window)

    def check(self) -> None:
        """Compare the windows of each split with every stretch of the others.

        Raises:
            LeakageError: names the two splits and the two recordings.
        """
        whole = {split: np.sort(np.concatenate(list(hashes.values()))) for split, hashes in self._hashes.items()}
        for one, other in permutations(self._hashes, 2):
            used = np.concatenate([hashes[:: self.stride] for hashes in self._hashes[other].values()])
            shared = used[_stands_in(whole[one], used)]
            if len(shared):
                raise self._error(one, other, shared)

    def _error(self, one: str, other: str, shared: np.ndarray) -> LeakageError:
        splits = (self._hashes[one], self._hashes[other])
        files = [next(name for name, hashes in split.items() if (hashes == shared[0]).any()) for split in splits]
        return LeakageError(
            f"{len(shared)} windows stand in {one} ({files[0]}) and in {other} ({files[1]}): got the same frames twice, "
            "expected disjoint splits. Remove one of the two files."
        )


def _stands_in(ascending: np.ndarray, values: np.ndarray) -> np.ndarray:
    if not len(ascending):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[place] == values
