"""Rows that cannot be read: an error, or, where a stream must go on, counted and left out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import CANFormatError
from ..frames import Frames

_HOPELESS = 1000


@dataclass
class Faults:
    """What was left out of a recording.

    Args:
        count: rows, or messages.
        first: the message of the first one.
        after_good: whether any row of the recording could be read.
    """

    count: int = 0
    first: str = ""
    after_good: bool = False

    def add(self, error: CANFormatError) -> None:
        """Count one row.

        Raises:
            CANFormatError: the first 1000 rows were all of this kind: the file is of another format.
        """
        self.count += 1
        self.first = self.first or str(error)
        if self.count >= _HOPELESS and not self.after_good:
            raise error


def salvage(parse: Callable[[Any], Frames], rows: Any, faults: Faults | None) -> list[Frames]:
    """Parse many rows at once; where that fails, halve them until the bad ones stand alone.

    Args:
        parse: raises ``CANFormatError`` where a row is bad.
        rows: something with a length that can be sliced.
        faults: counts the bad rows; None raises for the first.

    Returns:
        the frames of the good rows, in order.

    Raises:
        CANFormatError: a bad row without ``faults``, or a file with nothing but bad rows.
    """
    try:
        found = parse(rows)
    except CANFormatError as error:
        if faults is None:
            raise
        if len(rows) == 1:
            faults.add(error)
            return []
        middle = len(rows) // 2
        return salvage(parse, rows[:middle], faults) + salvage(parse, rows[middle:], faults)
    if faults is not None:
        faults.after_good = faults.after_good or len(found) > 0
    return [found]
