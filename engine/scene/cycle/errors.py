"""What stops a cycle."""

from ...errors import StillhouseError


class CycleError(StillhouseError):
    """A stage failed, or the cycle cannot be begun as asked."""


class CurationMissing(StillhouseError):
    """Somebody must choose among the explored scenes first; the message says how."""
