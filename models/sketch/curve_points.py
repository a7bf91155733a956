"""Points and directions along cubic strokes."""

import torch
from torch import Tensor


def curve_points(strokes: Tensor, count: int) -> Tensor:
    """Points at ``count`` equal steps of the parameter, in the middle of each step.

    Args:
        strokes: (..., 4, 2) control points.
        count: points a stroke.

    Returns:
        (..., count, 2).
    """
    t = _parameters(strokes, count)
    basis = torch.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], 1)
    return basis @ strokes


def curve_tangents(strokes: Tensor, count: int) -> Tensor:
    """Derivatives by the parameter at the points of ``curve_points``.

    Args:
        strokes: (..., 4, 2) control points.
        count: points a stroke.

    Returns:
        (..., count, 2), in canvas units a unit of the parameter.
    """
    t = _parameters(strokes, count)
    basis = torch.stack([(1 - t) ** 2, 2 * t * (1 - t), t**2], 1)
    return 3 * basis @ strokes.diff(dim=-2)


def _parameters(strokes: Tensor, count: int) -> Tensor:
    return (torch.arange(count, dtype=strokes.dtype, device=strokes.device) + 0.5) / count
