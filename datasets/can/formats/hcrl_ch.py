"""HCRL Car-Hacking: a headerless CSV whose width varies with the DLC, and a text file for the normal run.

``1478195721.905736,02b0,5,ff,7f,00,05,49,R`` and
``Timestamp: 1479121500.969313        ID: 0140    000    DLC: 8    00 00 ...``, whose three flags say remote, extended, error.

Source: https://ocslab.hksecurity.net/Datasets/car-hacking-dataset
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..frames import Frames
from .hcrl import parse
from .salvage import Faults, salvage
from .text import Lines, read_lines
from .whole import whole

_BEFORE_BYTES = 7


def read(path: Path) -> Frames:
    """Read an attack file (CSV, the flag R or T is the last field).

    Args:
        path: the file.

    Returns:
        labelled frames.

    Raises:
        CANFormatError: see ``hcrl.parse``; or the file holds no frames.
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
    for lines in read_lines(path, b", \t\r", merge=True, block_bytes=block_bytes):
        yield from salvage(lambda rows: parse(rows, 1, 2, flag=True), lines, faults)


def read_normal_run(path: Path) -> Frames:
    """Read the text file of the normal run; a remote frame has an empty payload, error frames are left out.

    Args:
        path: the file.

    Returns:
        frames without labels.

    Raises:
        CANFormatError: see ``hcrl.parse``; or the file holds no frames.
    """
    return whole(path, iterate_normal_run(path))


def iterate_normal_run(path: Path, faults: Faults | None = None, block_bytes: int | None = None) -> Iterator[Frames]:
    """The same as ``read_normal_run`` a block at a time; ``faults`` counts bad lines, which are then left out.

    Args:
        path: the file.
        faults: None raises for the first bad line.
        block_bytes: size of a block, see ``read_lines``.

    Returns:
        stretches of frames, in order.

    Raises:
        CANFormatError: see ``read_normal_run``.
    """
    for lines in read_lines(path, b" \t\r", merge=True, block_bytes=block_bytes):
        yield from salvage(_parse_normal, lines, faults)


def _parse_normal(lines: Lines) -> Frames:
    remedy = "The line is truncated or of another format: mend or drop it."
    lines.require(lines.count >= _BEFORE_BYTES, "Timestamp: SECONDS ID: HEX FLAG DLC: N and N bytes", remedy)
    remote, error = _flags(lines)
    # Loggers write the bytes of a remote frame or leave them out; none was on the bus.
    count = np.where(remote, _BEFORE_BYTES, lines.count)
    values = Lines(lines.path, lines.text, lines.start, lines.end, lines.first + 1, count - 1, lines.line)
    return parse(values[~error], at_id=2, at_dlc=5, flag=False, remote=remote[~error])


def _flags(lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """(n,) bool each: remote frames and error frames."""
    column = lines.column(4)
    flags = column.matrix(3)
    bad = (column.length != 3) | ((flags != ord("0")) & (flags != ord("1"))).any(axis=1)
    if bad.any():
        expected = "three flags, each 0 or 1: remote, extended, error"
        raise column.error(bad, expected, "The line is truncated or of another format: mend or drop it.")
    return flags[:, 0] == ord("1"), flags[:, 2] == ord("1")
