"""candump logs: ``(12.091016) can0 410#000ecd50c251be00``; a remote frame is ``410#R``, CAN FD ``410##...`` is refused.

A letter R or T behind the frame (received, transmitted) is tolerated. Frames that report an error of the bus are left out.

Source: can-utils, lib.h (fprint_canframe).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..frames import Frames
from .salvage import Faults, salvage
from .text import Column, Lines, decimals, hexadecimals, payloads, read_lines
from .whole import whole

_HASH, _REMOTE, _DIRECTIONS = ord("#"), (ord("R"), ord("r")), (ord("R"), ord("T"))
_ERROR_FLAG = 0x20000000
_REMEDY = "The line is truncated or of another format: mend or drop it."


def read(path: Path) -> Frames:
    """Read one log.

    Args:
        path: the file.

    Returns:
        frames without labels; a remote frame has an empty payload.

    Raises:
        CANFormatError: a line of another form, a CAN FD frame, or no frames.
    """
    return whole(path, iterate(path))


def iterate(path: Path, faults: Faults | None = None, block_bytes: int | None = None) -> Iterator[Frames]:
    """The same a block at a time.

    Args:
        path: the file.
        faults: counts bad lines, which are left out; None raises for the first.
        block_bytes: size of a block, see ``read_lines``.

    Returns:
        stretches of frames, in order.

    Raises:
        CANFormatError: see ``read``.
    """
    for lines in read_lines(path, b"() \t\r", merge=True, block_bytes=block_bytes):
        yield from salvage(_parse, lines, faults)


def _parse(lines: Lines) -> Frames:
    good = (lines.count == 3) | (lines.count == 4)
    lines.require(good, "(SECONDS) CHANNEL ID#DATA", _REMEDY)
    if (lines.count == 4).any():
        last = lines.column(-1)
        letter = (last.length == 1) & np.isin(last.text[last.start], _DIRECTIONS)
        lines.require((lines.count == 3) | letter, "(SECONDS) CHANNEL ID#DATA", _REMEDY)
    can_id, data = _halves(lines)
    number = hexadecimals(can_id)
    is_error = (number & _ERROR_FLAG) > 0
    payload, dlc = payloads(data)
    time_s = decimals(lines.column(0))
    found = Frames(time_s, np.where(is_error, 0, number), payload, dlc, None, str(lines.path))
    return found if not is_error.any() else _without(found, is_error)


def _halves(lines: Lines) -> tuple[Column, Column]:
    """The identifier and the data of each frame, a remote frame's data being empty."""
    frame = lines.column(2)
    marks = np.lib.stride_tricks.sliding_window_view(frame.text, 9)[frame.start] == _HASH
    inside = marks & (np.arange(9) < frame.length[:, None])
    lines.require(inside.any(axis=1), "ID#DATA", _REMEDY)
    at = frame.start + inside.argmax(axis=1)
    lines.require(
        frame.text[at + 1] != _HASH, "classical CAN", "CAN FD frames are not supported; convert or drop them."
    )
    end = np.where(np.isin(frame.text[at + 1], _REMOTE), at + 1, frame.end)
    before = Column(frame.path, frame.text, frame.start, at, frame.line)
    return before, Column(frame.path, frame.text, at + 1, end, frame.line)


def _without(frames: Frames, left_out: np.ndarray) -> Frames:
    keep = ~left_out
    parts = (frames.timestamp_s[keep], frames.can_id[keep], frames.payload[keep], frames.dlc[keep])
    return Frames(*parts, None, frames.source)
