"""What a search refuses."""

from ..errors import StillhouseError


class SearchError(StillhouseError):
    """A search that cannot be made, or gone on with, as it was asked for."""
