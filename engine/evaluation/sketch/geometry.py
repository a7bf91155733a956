"""Faults of the strokes themselves."""

import torch
from torch import Tensor

from ....losses.bezier import curve_points, midpoints
from ....losses.stroke_continuity import stroke_continuity
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
    outside = (curve_points(strokes, midpoints(POINTS, strokes)).abs() > 1).any(-1)
    return {
        "gap": float(torch.cat([stroke_continuity(part) for part in strokes.split(BATCH)]).double().mean()),
        "degenerate": float((extent < SMALLEST).double().mean()),
        "off_canvas": float(outside.double().mean()),
        "finite": float(finite),
    }
