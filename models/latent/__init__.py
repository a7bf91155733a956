"""Text to an image-like latent."""

from .attention import Attention, rotate
from .grid_head import GridHead
from .text_encoder import TextEncoder
from .text_to_grid import TextToGrid

__all__ = ["Attention", "GridHead", "TextEncoder", "TextToGrid", "rotate"]
