"""What is wrong with a sketch, a picture or a set of them: where, what was got, what was expected, the remedy."""

from ..errors import DataError


class SketchError(DataError):
    """Sketches or pictures cannot be read, made or used as they stand."""


class SketchWarning(UserWarning):
    """A set of sketches is usable, but something in it deserves to be known."""
