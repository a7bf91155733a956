"""The data sets and samplers; importing the package registers them."""

from . import can, latent, samplers, scene, sketch, text

__all__ = ["can", "latent", "samplers", "scene", "sketch", "text"]
