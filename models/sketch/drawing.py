"""Sketches side by side in one picture."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..raster import BezierRasterizer

FRAME = 1  # pixels of grey around each sketch
GREY = 0.8


@torch.no_grad()
def sketch_sheet(strokes: Tensor, columns: int | None = None, size: int = 96, stroke_width: float = 1.5) -> np.ndarray:
    """Sketches in rows, each in a thin frame.

    Args:
        strokes: (N, S, 4, 2) in [-1, 1], N at least 1; values that are not finite are drawn in the middle.
        columns: of the sheet; None for a sheet about as wide as high.
        size: of a sketch, in pixels.
        stroke_width: in pixels.

    Returns:
        (H, W, 3) uint8.
    """
    columns = columns or math.ceil(math.sqrt(len(strokes)))
    # A diverged network must show as such in the log and not end the run; the clamp is far outside the canvas.
    safe = torch.nan_to_num(strokes.float().cpu(), 0, 4, -4).clamp(-4, 4)
    images = F.pad(BezierRasterizer(size, stroke_width)(safe), (FRAME,) * 4, value=GREY)
    blank = images.new_full((-len(images) % columns, *images.shape[1:]), GREY)
    rows = torch.cat([images, blank]).unflatten(0, (-1, columns))
    sheet = rows.transpose(1, 2).flatten(2).flatten(0, 1)
    grey = (sheet.clamp(0, 1) * 255).round().byte().numpy()
    return np.repeat(grey[..., None], 3, axis=2)
