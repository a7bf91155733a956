"""What curation refuses."""

from ...errors import StillhouseError


class CurationError(StillhouseError):
    """Scenes cannot be scored, explored or shown as asked."""
