"""What live detection refuses."""

from ..errors import StillhouseError


class DetectionError(StillhouseError):
    """A model, a log, a bus or a threshold that detection cannot work with."""
