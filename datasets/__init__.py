"""Data sets and samplers; importing this package registers them."""

from . import can, samplers

__all__ = ["can", "samplers"]
