"""HCRL Survival Analysis, raw text: ``timestamp,ID,DLC,bytes...,R|T``; the free-driving files have no flag.

Source: https://ocslab.hksecurity.net/Datasets/survival-ids
"""

from pathlib import Path

from ..frames import Frames, concatenate
from .hcrl import nothing, parse
from .text import read_lines


def read(path: Path) -> Frames:
    """Read one file; fields may be parted by commas, blanks or tabs.

    Args:
        path: the file.

    Returns:
        frames, labelled where the first line ends in a flag.

    Raises:
        CANFormatError: a line of another width than its DLC asks for, or no frames at all.
    """
    parts: list[Frames] = []
    flag = None
    for lines in read_lines(path, b", \t\r", merge=True):
        parts.append(parse(lines, 1, 2, flag))
        flag = parts[0].label is not None
    if not any(len(part) for part in parts):
        raise nothing(path)
    return concatenate(parts, str(path))
