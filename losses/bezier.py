"""Points, velocities and arc lengths of cubic Bezier strokes, at fixed or at quadrature parameters."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor


def midpoints(count: int, like: Tensor) -> Tensor:
    """(count,) parameters in the middle of equal steps of [0, 1], of the device and dtype of ``like``."""
    return (torch.arange(count, dtype=like.dtype, device=like.device) + 0.5) / count


def curve_points(strokes: Tensor, parameters: Tensor) -> Tensor:
    """``B(t)``, the points of each curve.

    Args:
        strokes: (..., 4, 2) control points.
        parameters: (K,) t in [0, 1].

    Returns:
        (..., K, 2).
    """
    t = parameters
    basis = torch.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], 1)
    return basis @ strokes


def curve_velocities(strokes: Tensor, parameters: Tensor) -> Tensor:
    """``B'(t)``: (..., 4, 2) and (K,) to (..., K, 2), in canvas units a unit of t."""
    t = parameters
    basis = torch.stack([(1 - t) ** 2, 2 * t * (1 - t), t**2], 1)
    return 3 * basis @ strokes.diff(dim=-2)


def curve_accelerations(strokes: Tensor, parameters: Tensor) -> Tensor:
    """``B''(t)``: (..., 4, 2) and (K,) to (..., K, 2)."""
    basis = torch.stack([1 - parameters, parameters], 1)
    return 6 * basis @ strokes.diff(n=2, dim=-2)


@lru_cache(maxsize=32)
def _nodes(count: int, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    places, weights = np.polynomial.legendre.leggauss(count)
    # A tensor made in inference mode could not serve a later backward pass.
    with torch.inference_mode(False):
        return (
            torch.as_tensor((places + 1) / 2, dtype=dtype, device=device),
            torch.as_tensor(weights / 2, dtype=dtype, device=device),
        )


def gauss_legendre(count: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Nodes and weights on [0, 1], exact for polynomials of degree 2 count - 1.

    Args:
        count: number of nodes.
        like: gives device and dtype.

    Returns:
        Two (count,), the weights summing to 1.
    """
    return _nodes(count, like.device, like.dtype)


def arc_lengths(strokes: Tensor, nodes: int = 8) -> Tensor:
    """The length of each curve, ``integral |B'(t)| dt``, by Gauss-Legendre quadrature: (..., 4, 2) to (...).

    Eight nodes are within 1e-6 of the length of a smooth stroke and within some per cent at a cusp, where ``|B'|`` has a
    kink. A collapsed stroke has length 0 and the gradient 0.
    """
    places, weights = gauss_legendre(nodes, strokes)
    return torch.linalg.vector_norm(curve_velocities(strokes, places), dim=-1) @ weights
