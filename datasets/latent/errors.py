"""What is wrong with sentences, their graphs or their tokens: where, what was got, what was expected, the remedy."""


class SentenceError(ValueError):
    """Sentences cannot be made, read or encoded as asked.

    Args:
        where: ``file:line``, or the argument.
        got: what stands there.
        expected: what should stand there.
        remedy: the nearest fix.
    """

    def __init__(self, where: object, got: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: got {got}, expected {expected}. {remedy}")


class SentenceWarning(UserWarning):
    """Sentences are usable, but something in them deserves to be known."""
