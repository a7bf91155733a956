"""What is wrong with a recording or a set of recordings: where, what was got, what was expected, the remedy."""

from ..errors import DataError


class CANFormatError(DataError):
    """A recording cannot be read or used as it stands."""


class LeakageError(ValueError):
    """The same window of frames stands in two of train, val and test."""


class CANDataWarning(UserWarning):
    """A recording is usable, but something in it deserves to be known."""
