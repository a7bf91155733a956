"""CrySyS: a candump log with two columns behind each frame, whether it was modified and whether it was injected.

``(12.091016) can0 410#000ecd50c251be00 1	False``

Source: Gazdag et al., 2023, the CAN recordings of CrySyS Lab.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..frames import Frames
from .salvage import Faults, salvage
from .text import Column, Lines, decimals, identifiers, payloads, read_lines
from .whole import whole

FLAGS = (b"True", b"False", b"1", b"0")
_WIDTH = 6


def read(path: Path) -> Frames:
    """Read one log; a frame is an attack where either column is true.

    Args:
        path: the file.

    Returns:
        labelled frames.

    Raises:
        CANFormatError: a line of another form, or no frames.
    """
    return whole(path, iterate(path))


def iterate(path: Path, faults: Faults | None = None, block_bytes: int | None = None) -> Iterator[Frames]:
    """The same as ``read`` a block at a time; ``faults`` counts bad lines, which are then left out.

    Args:
        path: the file.
        faults: None raises for the first bad line.
        block_bytes: size of a block, see ``read_lines``.

    Returns:
        stretches of frames, in order.

    Raises:
        CANFormatError: see ``read``.
    """
    for lines in read_lines(path, b"()# \t\r", merge=True, block_bytes=block_bytes):
        yield from salvage(_parse, lines, faults)


def _parse(lines: Lines) -> Frames:
    remedy = "The line is truncated or of another format: mend or drop it."
    empty = lines.count == _WIDTH - 1
    lines.require(empty | (lines.count == _WIDTH), "(SECONDS) CHANNEL ID#DATA FLAG FLAG", remedy)
    data = lines.column(np.minimum(3, lines.count - 1))
    end = np.where(empty, data.start, data.end)
    payload, dlc = payloads(Column(lines.path, lines.text, data.start, end, lines.line))
    label = _truth(lines.column(-2)) | _truth(lines.column(-1))
    time_s, can_id = decimals(lines.column(0)), identifiers(lines.column(2))
    return Frames(time_s, can_id, payload, dlc, label, str(lines.path))


def _truth(column: Column) -> np.ndarray:
    word = column.matrix(8).view("S8")[:, 0]
    if (bad := ~np.isin(word, FLAGS)).any():
        raise column.error(bad, "True or False", "Mend or drop that line.")
    return np.isin(word, (b"True", b"1")).astype(np.uint8)
