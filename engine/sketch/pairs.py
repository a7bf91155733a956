"""Refined sketches with their images as ControlSketch files, which a further round of distillation replays."""

from pathlib import Path

import cv2
import numpy as np
from torch import Tensor

from ...datasets.sketch.images import read_picture
from ...datasets.sketch.sample import write_sample
from ...datasets.sketch.sketch_svg import CANVAS, NUM_STROKES
from .refinement import RefinementError

QUALITY = 95
CAPTION = "a drawing"


def check_pairs(num_strokes: int, category: str) -> None:
    """Refuse what the format cannot hold.

    Raises:
        RefinementError: sketches of another number of strokes than 32, or a category that is no name of a folder.
    """
    if num_strokes != NUM_STROKES:
        raise RefinementError(
            f"pairs: got sketches of {num_strokes} strokes, expected {NUM_STROKES}, as the format has"
        )
    if not category or Path(category).name != category or category.startswith("."):
        raise RefinementError(
            f"pairs: got the category {category!r}, expected a plain name of a folder, such as 'refined'"
        )


def pair_path(root: Path, category: str, name: str) -> Path:
    """``ROOT/train/CATEGORY/NAME.npz``."""
    return root / "train" / category / f"{name}.npz"


def write_pair(path: Path, picture: Path, strokes: Tensor, caption: str = CAPTION) -> None:
    """Write one pair, whole or not at all.

    Nobody knows where the object is: mask and attention are empty, so that a contour measured on such a file finds none,
    where a full mask would give it the border of the canvas.

    Args:
        path: the file.
        picture: the image, brought to 512 x 512 as the loss saw it, on white.
        strokes: (32, 4, 2) in [-1, 1], a little beyond allowed.
        caption: what to say of it.

    Raises:
        SketchError: the image cannot be read.
    """
    pixels = read_picture(picture, CANVAS, "pad")
    jpeg = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    empty = np.zeros((CANVAS, CANVAS))
    write_sample(path, jpeg.tobytes(), empty.astype(np.uint8), empty.astype(np.float32), caption, strokes.cpu().numpy())
