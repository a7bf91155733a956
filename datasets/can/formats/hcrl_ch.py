"""HCRL Car-Hacking: a headerless CSV whose width varies with the DLC, and a text file for the normal run.

``1478195721.905736,02b0,5,ff,7f,00,05,49,R`` and
``Timestamp: 1479121500.969313        ID: 0140    000    DLC: 8    00 00 ...`` (flag field 100: a remote frame).

Source: https://ocslab.hksecurity.net/Datasets/car-hacking-dataset
"""

from pathlib import Path

from ..frames import Frames, concatenate
from .hcrl import nothing, parse
from .text import Lines, read_lines

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
    parts = [parse(lines, 1, 2, flag=True) for lines in read_lines(path, b", \t\r", merge=True)]
    if not any(len(part) for part in parts):
        raise nothing(path)
    return concatenate(parts, str(path))


def read_normal_run(path: Path) -> Frames:
    """Read the text file of the normal run; a remote frame has a DLC and no bytes.

    Args:
        path: the file.

    Returns:
        frames without labels.

    Raises:
        CANFormatError: see ``hcrl.parse``; or the file holds no frames.
    """
    parts = [_parse_normal(lines) for lines in read_lines(path, b" \t\r", merge=True)]
    if not any(len(part) for part in parts):
        raise nothing(path)
    return concatenate(parts, str(path))


def _parse_normal(lines: Lines) -> Frames:
    remedy = "The line is truncated or of another format: mend or drop it."
    lines.require(lines.count >= _BEFORE_BYTES, "Timestamp: SECONDS ID: HEX FLAG DLC: N and N bytes", remedy)
    values = Lines(lines.path, lines.text, lines.start, lines.end, lines.first + 1, lines.count - 1, lines.line)
    return parse(values, at_id=2, at_dlc=5, flag=False)
