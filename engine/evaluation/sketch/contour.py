"""How far a drawing's lines are from the outline of the object that it shows."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from ....losses.bezier import curve_points, midpoints
from .features import sane

POINTS = 16  # along each stroke


def outline(mask: np.ndarray) -> Tensor:
    """The points of an object's border, holes included, in canvas units.

    The frame of the picture is no outline: of an object that it cuts off, only what lies inside counts, and a mask of
    zeros or of ones alone has no points.

    Args:
        mask: (H, W) uint8, 1 on the object.

    Returns:
        (M, 2) float32, (x, y) in [-1, 1].
    """
    # OpenCV takes what lies outside the picture for object, so that nothing is eaten away at the frame.
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(mask.astype(bool) & ~inner.astype(bool))
    height, width = mask.shape
    points = np.stack([(2 * columns + 1) / width - 1, (2 * rows + 1) / height - 1], 1)
    return torch.from_numpy(points.astype(np.float32))


def contour_chamfer(strokes: Tensor, outlines: Sequence[Tensor | None]) -> Tensor:
    """Symmetric Chamfer distance between the points along the strokes and an outline, in canvas units.

    The mean of two means: from each point along the strokes, 16 on each at equal parameters, to the nearest of the outline,
    and back. Hair raises the one, what was left out the other.

    Args:
        strokes: (N, S, 4, 2); what is not finite counts as ``sane`` makes it.
        outlines: N, each (M, 2) as ``outline`` gives them, or None.

    Returns:
        (N,) float32; NaN where there is no outline.
    """
    strokes = sane(strokes)
    points = curve_points(strokes, midpoints(POINTS, strokes)).flatten(1, 2)
    return torch.tensor([_chamfer(drawn, border) for drawn, border in zip(points, outlines, strict=True)])


def _chamfer(drawn: Tensor, border: Tensor | None) -> float:
    if border is None or not len(border):
        return math.nan
    distance = torch.cdist(drawn, border)
    return float(distance.amin(1).mean() + distance.amin(0).mean()) / 2
