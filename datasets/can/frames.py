"""The frames of one recording as arrays."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from .errors import CANFormatError

LARGEST_ID = 0x1FFFFFFF
_LAYOUT = {"timestamp_s": np.float64, "can_id": np.uint32, "payload": np.uint8, "dlc": np.uint8, "label": np.uint8}


@dataclass(frozen=True)
class Frames:
    """The frames of one recording, in the order of the file.

    Args:
        timestamp_s: (n,) float64, seconds; may step back, since sessions share an epoch.
        can_id: (n,) uint32, 11- or 29-bit identifiers.
        payload: (n, 8) uint8, padded with zeros behind ``dlc`` bytes.
        dlc: (n,) uint8 in [0, 8], the number of payload bytes.
        label: (n,) uint8, 1 for an attack frame; None where the recording has no labels.
        source: the name used in reports.

    Raises:
        CANFormatError: a wrong shape, type or range.
    """

    timestamp_s: np.ndarray
    can_id: np.ndarray
    payload: np.ndarray
    dlc: np.ndarray
    label: np.ndarray | None
    source: str

    def __post_init__(self) -> None:
        for name, dtype in _LAYOUT.items():
            value = getattr(self, name)
            if name == "label" and value is None:
                continue
            shape = (len(self), 8) if name == "payload" else (len(self),)
            if getattr(value, "dtype", None) != dtype or value.shape != shape:
                got = f"{getattr(value, 'dtype', type(value).__name__)} of shape {np.shape(value)}"
                raise self._error(name, got, f"{np.dtype(dtype)} of shape {shape}", "Convert the array first.")
        self._check_ranges()

    def __len__(self) -> int:
        return len(self.timestamp_s)

    def __getitem__(self, rows: slice) -> "Frames":
        return self._part(rows)

    def take(self, rows: np.ndarray) -> "Frames":
        """The frames of the given indices, or where a mask is True, in that order."""
        return self._part(rows)

    @property
    def attack(self) -> np.ndarray:
        """(n,) bool, whether a frame is labelled an attack; all False without labels."""
        return np.zeros(len(self), bool) if self.label is None else self.label == 1

    def named(self, source: str) -> "Frames":
        """The same frames under another name."""
        return replace(self, source=source)

    def elapsed_s(self) -> np.ndarray:
        """(n,) seconds since the first frame; steps back in time and pauses of a second or more do not count."""
        steps = np.diff(self.timestamp_s, prepend=self.timestamp_s[:1])
        return np.cumsum(np.where((steps > 0) & (steps < 1), steps, 0))

    def backward_steps(self) -> int:
        """How many frames have a smaller timestamp than the frame before."""
        return int(np.count_nonzero(self.timestamp_s[1:] < self.timestamp_s[:-1]))

    def digest(self) -> str:
        """A SHA-256 of timestamps, identifiers, payloads and labels (no labels count as all benign)."""
        label = np.zeros(len(self), np.uint8) if self.label is None else self.label
        total = hashlib.sha256()
        for array in (self.timestamp_s, self.can_id, self.payload, self.dlc, label):
            total.update(np.ascontiguousarray(array).data)
        return total.hexdigest()

    def _part(self, rows: slice | np.ndarray) -> "Frames":
        arrays = {name: getattr(self, name) for name in _LAYOUT}
        return _checked({name: None if array is None else array[rows] for name, array in arrays.items()}, self.source)

    def _check_ranges(self) -> None:
        checks = (
            ("timestamp_s", ~np.isfinite(self.timestamp_s), "finite seconds"),
            ("can_id", self.can_id > LARGEST_ID, f"an identifier of at most 29 bits (<= {LARGEST_ID:#x})"),
            ("dlc", self.dlc > 8, "0 to 8 bytes (classical CAN)"),
            ("label", np.zeros(0, bool) if self.label is None else self.label > 1, "0 or 1"),
        )
        for name, bad, expected in checks:
            if bad.any():
                row = int(bad.argmax())
                got = f"{getattr(self, name)[row]} in frame {row}"
                raise self._error(name, got, expected, "Mend or drop that frame.")

    def _error(self, name: str, got: str, expected: str, remedy: str) -> CANFormatError:
        return CANFormatError(f"{self.source} ({name})", got, expected, remedy)


def concatenate(parts: list[Frames], source: str) -> Frames:
    """Several stretches of one recording as one; without labels unless every part has them.

    Args:
        parts: at least one stretch.
        source: the name of the whole.

    Returns:
        the frames in the order given.
    """
    columns = {name: [getattr(part, name) for part in parts] for name in _LAYOUT}
    unlabelled = any(label is None for label in columns["label"])
    whole = {name: np.concatenate(column) for name, column in columns.items() if name != "label" or not unlabelled}
    return _checked({"label": None, **whole}, source)


def _checked(arrays: dict, source: str) -> Frames:
    """Frames made of those of others, which were checked: live detection cuts and joins them at every window."""
    frames = object.__new__(Frames)
    frames.__dict__.update(arrays, source=source)
    return frames


def interleaved(genuine: Frames, added: Frames) -> Frames:
    """Frames put among genuine ones, each behind the last genuine frame that is not later; genuine ones keep their order.

    Args:
        genuine: in the order of the file; its times may step back.
        added: further frames, in time order.

    Returns:
        all frames, under the name of the genuine ones.
    """
    place = np.searchsorted(np.maximum.accumulate(genuine.timestamp_s), added.timestamp_s, side="right")
    order = np.argsort(np.concatenate((np.arange(len(genuine)) * 2 + 1, place * 2)), kind="stable")
    return concatenate([genuine, added], genuine.source).take(order)
