"""The data sets and samplers; importing the package registers them."""

from . import samplers, text

__all__ = ["samplers", "text"]
