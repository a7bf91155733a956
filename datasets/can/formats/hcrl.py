"""What the raw formats of HCRL share: bytes as separate fields, as many as the DLC says."""

import numpy as np

from ..frames import Frames
from .text import Lines, decimals, hexadecimals, identifiers

_NORMAL, _INJECTED = ord("R"), ord("T")


def parse(lines: Lines, at_id: int, at_dlc: int, flag: bool | None, remote: np.ndarray | None = None) -> Frames:
    """Frames from lines of ``timestamp id ... dlc bytes... [flag]``.

    Args:
        lines: the tokenised lines; token 0 of each is the timestamp.
        at_id: which token is the identifier.
        at_dlc: which token is the DLC; the bytes follow it.
        flag: whether the last field is R (normal) or T (injected); None accepts either, for all lines alike.
        remote: (n,) bool, remote frames: they have a DLC, but no bytes.

    Returns:
        the frames; without labels where there is no flag.

    Raises:
        CANFormatError: a line of another width than its DLC asks for, or a field that does not parse.
    """
    remedy = "The line is truncated or of another format: mend or drop it."
    lines.require(lines.count > at_dlc, "timestamp, identifier, DLC, bytes", remedy)
    dlc = hexadecimals(lines.column(at_dlc), "a DLC", most=1)
    if (dlc > 8).any():
        raise lines.column(at_dlc).error(dlc > 8, "a DLC of 0 to 8", "CAN FD is not supported.")
    if remote is not None:
        dlc = np.where(remote, 0, dlc)
    bare = at_dlc + 1 + dlc
    if flag is None:
        flag = bool(len(lines.count)) and bool(lines.count[0] == bare[0] + 1)
    fields = "DLC bytes and then R or T" if flag else "as many bytes as the DLC says"
    lines.require(lines.count == bare + flag, f"timestamp, identifier, DLC, {fields}", remedy)
    label = _labels(lines) if flag else None
    time_s, can_id = decimals(lines.column(0)), identifiers(lines.column(at_id))
    return Frames(time_s, can_id, _bytes(lines, at_dlc + 1, dlc), dlc.astype(np.uint8), label, str(lines.path))


def _bytes(lines: Lines, at: int, dlc: np.ndarray) -> np.ndarray:
    payload = np.zeros((len(dlc), 8), np.uint8)
    for place in range(int(dlc.max(initial=0))):
        rows = np.flatnonzero(dlc > place)
        payload[rows, place] = hexadecimals(lines[rows].column(at + place), "a byte", most=2)
    return payload


def _labels(lines: Lines) -> np.ndarray:
    column = lines.column(-1)
    char = column.text[column.start]
    if (bad := (column.length != 1) | ((char != _NORMAL) & (char != _INJECTED))).any():
        raise column.error(bad, "the flag R (normal) or T (injected)", "The line is truncated: mend or drop it.")
    return (char == _INJECTED).astype(np.uint8)
