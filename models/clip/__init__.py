"""Images, sketches and captions in one space, by open_clip."""

from .contrastive import ContrastiveCLIP
from .encoder import CLIPEncoder
from .scribbles import SCRIBBLE, random_scribbles, scribbles_like, shaken
from .views import colour_jitter, random_warps, warp_images, warp_strokes
from .weights import load_clip

__all__ = [
    "SCRIBBLE",
    "CLIPEncoder",
    "ContrastiveCLIP",
    "colour_jitter",
    "load_clip",
    "random_scribbles",
    "random_warps",
    "scribbles_like",
    "shaken",
    "warp_images",
    "warp_strokes",
]
