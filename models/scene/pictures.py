"""Rows of images, one column a source, as one picture."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

LINE = 0.35  # grey of the lines between images
SHOWN = 8


def strips(*columns: Tensor, most: int = SHOWN, scale: int = 1) -> np.ndarray:
    """Images side by side: a row a scene, a column a source.

    Args:
        columns: (B, 3, H, W) each, in [0, 1], equally many and equally large.
        most: rows at most.
        scale: pixels of the picture's side for one of an image.

    Returns:
        (height, width, 3) uint8.

    Raises:
        ValueError: no column, or columns of different shapes.
    """
    shapes = sorted({tuple(column[:most].shape) for column in columns})
    if len(shapes) != 1:
        raise ValueError(f"strips: the columns have the shapes {shapes}; expected one shape (B, 3, H, W)")
    cells = torch.stack([column[:most].detach().float().cpu() for column in columns], 1).clamp(0, 1)
    cells = cells.repeat_interleave(scale, -1).repeat_interleave(scale, -2)
    cells = F.pad(cells, (0, 1, 0, 1), value=LINE)
    rows, count, channels, height, width = cells.shape
    sheet = cells.permute(0, 3, 1, 4, 2).reshape(rows * height, count * width, channels)
    return (255 * sheet).round().byte().numpy()
