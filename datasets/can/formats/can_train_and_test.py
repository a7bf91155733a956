"""can-train-and-test: ``timestamp,arbitration_id,data_field,attack`` with a header; identifiers are hexadecimal.

The label column may be missing. An empty data field is a frame of DLC 0; a trailing tab is tolerated.

Source: Lampe and Meng, 2023, https://bitbucket.org/brooke-lampe/can-train-and-test
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..errors import CANFormatError
from ..frames import Frames
from .salvage import Faults, salvage
from .text import Column, Lines, decimals, identifiers, payloads, read_lines
from .whole import whole

COLUMNS = ("timestamp", "arbitration_id", "data_field", "attack")


def read(path: Path) -> Frames:
    """Read one CSV file.

    Args:
        path: the file.

    Returns:
        frames, labelled where the header has ``attack``.

    Raises:
        CANFormatError: other columns, a row of another width, a field that does not parse, or no frames.
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
    width = _columns(path)
    for lines in read_lines(path, b",", merge=False, skip=1, block_bytes=block_bytes):
        yield from salvage(lambda rows: _parse(rows, width), lines, faults)


def _columns(path: Path) -> int:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig", "replace").strip()
    names = tuple(name.strip().lower() for name in header.split(","))
    if names not in (COLUMNS, COLUMNS[:3]):
        remedy = "Rename or drop columns; the last one may be missing."
        raise CANFormatError(f"{path}:1", f"{len(names)} columns {header!r}", f"{','.join(COLUMNS)}", remedy)
    return len(names)


def _parse(lines: Lines, width: int) -> Frames:
    remedy = "The row is truncated or has extra fields: mend or drop it."
    lines.require(lines.count == width, f"{width} fields", remedy)
    payload, dlc = payloads(lines.column(2))
    time_s, can_id = decimals(lines.column(0)), identifiers(lines.column(1))
    label = _labels(lines.column(3)) if width == len(COLUMNS) else None
    return Frames(time_s, can_id, payload, dlc, label, str(lines.path))


def _labels(column: Column) -> np.ndarray:
    char = column.text[column.start]
    if (bad := (column.length != 1) | ((char != ord("0")) & (char != ord("1")))).any():
        raise column.error(bad, "0 or 1 in the column attack", "Mend or drop that row.")
    return char - np.uint8(ord("0"))
