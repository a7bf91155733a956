"""The data sets and samplers; importing the package registers them."""

from . import can, samplers, text

__all__ = ["can", "samplers", "text"]
