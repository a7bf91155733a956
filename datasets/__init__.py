"""The data sets and samplers; importing the package registers them."""

from . import can, latent, samplers, text

__all__ = ["can", "latent", "samplers", "text"]
