"""How much of a pixel lies on one side of an edge: the box filter, exactly for straight edges."""

import torch
from torch import Tensor


def half_plane(offset: Tensor, major: Tensor, minor: Tensor) -> tuple[Tensor, Tensor]:
    """Area of the unit square's part n . x <= offset, the square centred at 0, and the length of its edge inside the square.

    Args:
        offset: signed distance of the edge from the centre.
        major: max(|n_x|, |n_y|) of the unit normal, at least sqrt(1/2).
        minor: min(|n_x|, |n_y|), kept above 0.

    Returns:
        the area in [0, 1]: 1/2 + x / a for |x| <= (a - b) / 2, beyond it 1 - (h - x)^2 / (2 a b) with h = (a + b) / 2; and its
        derivative, the length clamp((h - |x|) / b, 0, 1) / a.
    """
    corner = (major + minor).mul_(0.5)
    distance = torch.minimum(offset.abs(), corner)
    # One formula for both branches: where the edge crosses opposite sides its share of them is 1.
    share = (corner - distance).div_(minor).clamp_max_(1)
    inverse = major.reciprocal()
    half = torch.sub(distance, (1 - share).square_().mul_(minor), alpha=0.5).mul_(inverse)
    return torch.copysign(half, offset).add_(0.5), share.mul_(inverse)


def chord(offset: Tensor, major: Tensor, minor: Tensor) -> tuple[Tensor, Tensor]:
    """Where an edge enters and leaves the unit square.

    Args:
        offset: signed distance of the edge from the centre.
        major: as for ``half_plane``.
        minor: likewise.

    Returns:
        positions (low, high) along the edge, measured from the foot of the centre, for |offset| and the normal (major, minor)
        with the tangent (-minor, major); low >= high where the edge misses the square.
    """
    distance = offset.abs()
    high = (0.5 - minor * distance) / major
    low = torch.maximum(high - 1 / major, (major * distance - 0.5) / minor)
    return low, high
