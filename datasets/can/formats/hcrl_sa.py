"""HCRL Survival Analysis, raw text: ``timestamp,ID,DLC,bytes...,R|T``; the free-driving files have no flag.

Source: https://ocslab.hksecurity.net/Datasets/survival-ids
"""

from collections.abc import Iterator
from pathlib import Path

from ..frames import Frames
from .hcrl import parse
from .salvage import Faults, salvage
from .text import Lines, read_lines
from .whole import whole


def read(path: Path) -> Frames:
    """Read one file; fields may be parted by commas, blanks or tabs.

    Args:
        path: the file.

    Returns:
        frames, labelled where the first line ends in a flag.

    Raises:
        CANFormatError: a line of another width than its DLC asks for, or no frames at all.
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
    flag: bool | None = None

    def parse_alike(rows: Lines) -> Frames:
        nonlocal flag
        found = parse(rows, 1, 2, flag)
        flag = found.label is not None if len(found) else flag
        return found

    for lines in read_lines(path, b", \t\r", merge=True, block_bytes=block_bytes):
        yield from salvage(parse_alike, lines, faults)
