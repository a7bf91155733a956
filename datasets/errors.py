"""How every error of a data set reads: where, what was got, what was expected, the remedy."""


class DataError(ValueError):
    """Data cannot be read, made or used as asked.

    Args:
        where: a file, ``file:line`` (``file:row`` for tables), or an argument.
        got: what stands there.
        expected: what should stand there.
        remedy: the nearest fix.
    """

    def __init__(self, where: object, got: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: got {got}, expected {expected}. {remedy}")
