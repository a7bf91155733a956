"""Gaps between strokes that belong together."""

import torch
from torch import Tensor

from ..registry import LOSSES
from .stroke_loss import StrokeLoss, pair_distances


def end_gaps(strokes: Tensor) -> Tensor:
    """The distance from each end of each stroke to the nearest end of another stroke.

    Args:
        strokes: (..., S, 4, 2).

    Returns:
        (..., S, 2), at least 0, in canvas units: of P0 and of P3; 0 for a single stroke.
    """
    count = strokes.shape[-3]
    if count == 1:
        return 0 * strokes[..., [0, 3], :].sum(-1)
    ends = strokes[..., [0, 3], :].flatten(-3, -2)
    owner = torch.arange(count, device=strokes.device).repeat_interleave(2)
    distances = pair_distances(ends, ends)
    return distances.masked_fill(owner[:, None] == owner, torch.inf).amin(-1).unflatten(-1, (count, 2))


def stroke_continuity(strokes: Tensor) -> Tensor:
    """The mean gap from a stroke's end to the nearest end of another stroke: (B, S, 4, 2) to (B,)."""
    return end_gaps(strokes).mean((-2, -1))


@LOSSES.register_module()
class StrokeContinuity(StrokeLoss):
    """The mean gap from a stroke's end to the nearest end of another stroke: outlines stay joined.

    Args:
        output, time, time_power, weight: see ``StrokeLoss``.
    """

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_continuity(strokes)
