"""What a campaign refuses."""

from ..errors import StillhouseError


class FuzzingError(StillhouseError):
    """A reader that is not known, or one whose valid files cannot be made."""
