"""What is wrong with a record of a preference, a file it names, or a store of them."""

from ..errors import SketchError


class PreferenceError(SketchError):
    """Preferences cannot be read, written or used as they stand."""


class SchemaError(PreferenceError):
    """A record of a schema that this version does not know."""
