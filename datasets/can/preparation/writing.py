"""Frames as rows of the common layout, exactly: what is read back has the same bits."""

from ..frames import Frames

HEADER = b"timestamp,arbitration_id,data_field,attack\n"
BARE_HEADER = b"timestamp,arbitration_id,data_field\n"


def to_rows(frames: Frames) -> bytes:
    """The rows of a stretch, without a header.

    Args:
        frames: n frames.

    Returns:
        n lines: the shortest decimal of the timestamp's bits, the identifier with three hexadecimal digits or more, the
        bytes, and, where there are labels, 0 or 1.

    Source: the layout of can-train-and-test (Lampe and Meng, 2023).
    """
    digits = frames.payload.tobytes().hex().upper()
    data = [digits[16 * row : 16 * row + 2 * dlc] for row, dlc in enumerate(frames.dlc.tolist())]
    columns = frames.timestamp_s.tolist(), frames.can_id.tolist(), data
    if frames.label is None:
        return "".join([f"{time!r},{can_id:03X},{field}\n" for time, can_id, field in zip(*columns)]).encode()
    rows = zip(*columns, frames.label.tolist())
    return "".join([f"{time!r},{can_id:03X},{field},{label}\n" for time, can_id, field, label in rows]).encode()


def without_labels(rows: bytes) -> bytes:
    """Whole rows, header among them or not, less the last column where it is 0."""
    return rows.replace(HEADER, BARE_HEADER).replace(b",0\n", b"\n")
