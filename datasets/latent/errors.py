"""What is wrong with sentences, their graphs or their tokens: where, what was got, what was expected, the remedy."""

from ..errors import DataError


class SentenceError(DataError):
    """Sentences cannot be made, read or encoded as asked."""


class SentenceWarning(UserWarning):
    """Sentences are usable, but something in them deserves to be known."""
