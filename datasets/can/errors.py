"""What is wrong with a recording or a set of recordings: where, what was got, what was expected, the remedy."""


class CANFormatError(ValueError):
    """A recording cannot be read or used as it stands.

    Args:
        where: ``file`` or ``file:line`` (``file:row`` for tables).
        got: what stands there.
        expected: what should stand there.
        remedy: the nearest fix.
    """

    def __init__(self, where: object, got: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: got {got}, expected {expected}. {remedy}")


class LeakageError(ValueError):
    """The same window of frames stands in two of train, val and test."""


class CANDataWarning(UserWarning):
    """A recording is usable, but something in it deserves to be known."""
