"""Networks, one folder a domain; importing the package registers them."""

from . import can, clip, latent, raster, scene, sketch
from .frozen import FrozenModel
from .minigpt import MiniGPT
from .network import Network

__all__ = ["FrozenModel", "MiniGPT", "Network", "can", "clip", "latent", "raster", "scene", "sketch"]
