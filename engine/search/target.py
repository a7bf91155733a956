"""A picture of any kind as what a search compares with."""

from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from ...datasets.sketch.images import Fit, read_picture

Ground = Literal["black", "white"]
COLORS = {"black": (0, 0, 0), "white": (255, 255, 255)}


def read_target(path: Path, size: int, fit: Fit = "pad", ground: Ground = "black", invert: bool = False) -> Tensor:
    """A picture as (3, size, size) float32 in [0, 1].

    Args:
        path: of any format, size, aspect and mode; turned as its EXIF says.
        size: pixels of a side.
        fit: ``pad`` to a square, or ``crop`` to the middle one.
        ground: behind transparent pixels and beside what is padded; scenes are drawn on black.
        invert: exchange light and dark, after that, for dark strokes on a light ground.

    Raises:
        SketchError: the picture cannot be read.
    """
    pixels = read_picture(path, size, fit, COLORS[ground])
    image = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float().div(255)
    return 1 - image if invert else image
