"""Faults of the strokes themselves."""

import torch
from torch import Tensor

from ....models.sketch.curve_points import curve_points
from .features import sane

SMALLEST = 0.05  # canvas units: a stroke whose control points are all nearer to each other is degenerate
POINTS = 8
BATCH = 256


def geometry(strokes: Tensor) -> dict[str, float]:
    """Means over sketches.

    ``gap``: distance from an end of a stroke to the nearest end of another, in canvas units; 0 for closed outlines.
    ``degenerate``: share of strokes whose control points are all within .05 of each other.
    ``off_canvas``: share of the points along strokes outside [-1, 1].
    ``finite``: share of the sketches without a number that is infinite or none.

    Args:
        strokes: (N, S, 4, 2).

    Raises:
        ValueError: another shape, or no sketch.
    """
    finite = strokes.isfinite().flatten(1).all(1).double().mean()
    strokes = sane(strokes)
    extent = torch.cdist(strokes, strokes).amax((2, 3))
    outside = (curve_points(strokes, POINTS).abs() > 1).any(-1)
    return {
        "gap": float(stroke_gap(strokes).double().mean()),
        "degenerate": float((extent < SMALLEST).double().mean()),
        "off_canvas": float(outside.double().mean()),
        "finite": float(finite),
    }


def stroke_gap(strokes: Tensor) -> Tensor:
    """Mean distance from an end of a stroke to the nearest end of another stroke.

    Args:
        strokes: (N, S, 4, 2), finite.

    Returns:
        (N,), in canvas units; 0 for a single stroke.
    """
    count = strokes.shape[1]
    if count < 2:
        return strokes.new_zeros(len(strokes))
    same = torch.eye(count, dtype=torch.bool, device=strokes.device).repeat_interleave(2, 0).repeat_interleave(2, 1)
    found = []
    for part in strokes.split(BATCH):
        ends = part[:, :, [0, 3]].flatten(1, 2)
        found.append(torch.cdist(ends, ends).masked_fill(same, torch.inf).amin(2).mean(1))
    return torch.cat(found)
