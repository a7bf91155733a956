"""A recording from its stretches."""

from collections.abc import Iterable
from pathlib import Path

from ..errors import CANFormatError
from ..frames import Frames, concatenate


def whole(path: Path, stretches: Iterable[Frames]) -> Frames:
    """All frames of a file.

    Args:
        path: names them.
        stretches: in order.

    Raises:
        CANFormatError: there is no frame.
    """
    parts = list(stretches)
    if not any(len(part) for part in parts):
        raise nothing(path)
    return concatenate(parts, str(path))


def nothing(path: Path) -> CANFormatError:
    """The error for a file without frames."""
    return CANFormatError(path, "no frames", "at least one", "Remove the file, or export the recording again.")
