"""Whatever python-can opens: .asc, .blf, .trc, .mf4, .db. These logs carry no labels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import CANFormatError
from ..frames import LARGEST_ID, Frames, concatenate
from .salvage import Faults
from .whole import nothing

SUFFIXES = (".asc", ".blf", ".trc", ".mf4", ".db")
_CHUNK = 1 << 16
_FARTHEST_S = 1e18  # beyond any clock; what is more is a damaged number
_FD = "CAN FD is not supported; convert or drop such frames."


def read(path: Path) -> Frames:
    """Read one log; error frames are left out.

    Args:
        path: the file.

    Returns:
        frames without labels; a remote frame has an empty payload.

    Raises:
        CANFormatError: python-can cannot read it, a CAN FD frame, or no frames.
        ImportError: python-can is absent.
    """
    parts = list(iterate(path))
    if not parts:
        raise nothing(path)
    return concatenate(parts, str(path))


def iterate(path: Path, faults: Faults | None = None, chunk: int = _CHUNK) -> Iterator[Frames]:
    """The same a stretch at a time, message by message.

    Args:
        path: the file.
        faults: counts CAN FD frames, which are left out; None raises for the first.
        chunk: frames of a stretch.

    Returns:
        stretches of frames, in order.

    Raises:
        CANFormatError: see ``read``; where python-can gives up nothing more can be read, with ``faults`` or without.
        ImportError: python-can is absent.
    """
    rows: list[tuple[float, int, bytes]] = []
    try:
        for number, message in enumerate(_messages(path), 1):
            row = _row(message, f"{path}, frame {number}")
            if isinstance(row, CANFormatError):
                if faults is None:
                    raise row
                faults.add(row)
                continue
            rows.append(row)
            if len(rows) == chunk:
                yield _frames(path, rows)
                rows = []
    except CANFormatError:
        if rows and faults is not None:
            yield _frames(path, rows)
        raise
    if rows:
        yield _frames(path, rows)


def _row(message: Any, where: str) -> tuple[float, int, bytes] | CANFormatError:
    """Seconds, identifier and bytes, or what is wrong with them: some formats hold anything in their place."""
    data, can_id, time_s = message.data, message.arbitration_id, message.timestamp
    if len(data) > 8:
        return CANFormatError(where, f"{len(data)} bytes", "at most 8", _FD)
    if not isinstance(can_id, int) or not 0 <= can_id <= LARGEST_ID:
        return CANFormatError(where, "another identifier", "one of at most 29 bits", "Mend or drop that frame.")
    if not isinstance(time_s, (int, float)) or not abs(time_s) < _FARTHEST_S:
        return CANFormatError(where, "another timestamp", "finite seconds", "Mend or drop that frame.")
    return float(time_s), can_id, bytes(data)


def _messages(path: Path) -> Iterator:
    try:
        import can
    except ImportError as error:
        raise ImportError(f"{path}: this log needs python-can. Install the extra: pip install -e '.[can]'") from error
    read = 0
    try:
        with can.LogReader(str(path)) as reader:
            for message in reader:
                if not message.is_error_frame:
                    read += 1
                    yield message
    except Exception as error:
        remedy = "Check that the suffix matches the format, and mend or drop that frame."
        raise CANFormatError(f"{path}, frame {read + 1}", f"{error!r}", f"a {path.suffix} log", remedy) from error


def _frames(path: Path, rows: list[tuple[float, int, bytes]]) -> Frames:
    time_s, can_id, data = zip(*rows)
    payload = np.frombuffer(b"".join(one.ljust(8, b"\0") for one in data), np.uint8).reshape(-1, 8)
    dlc = np.array([len(one) for one in data], np.uint8)
    return Frames(np.array(time_s, float), np.array(can_id, np.uint32), payload, dlc, None, str(path))
