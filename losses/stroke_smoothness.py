"""How far the inner control points of a stroke stand from its chord."""

import torch
from torch import Tensor

from ..registry import LOSSES
from .stroke_loss import StrokeLoss


def chord_distances(strokes: Tensor) -> Tensor:
    """The distances of P1 and P2 to the segment from P0 to P3.

    A segment and not a line: an inner point beyond an end is no straight stroke, and a chord of no length is a point.

    Args:
        strokes: (..., 4, 2).

    Returns:
        (..., 2), at least 0, in canvas units.
    """
    start, end = strokes[..., :1, :], strokes[..., 3:, :]
    inner, chord = strokes[..., 1:3, :] - start, end - start
    squared = chord.square().sum(-1)
    # The square of the precision, below which a chord has no direction: smaller divisors would overflow in the gradient.
    along = (inner * chord).sum(-1) / squared.clamp(min=torch.finfo(strokes.dtype).eps ** 2)
    return torch.linalg.vector_norm(inner - along.clamp(0, 1).unsqueeze(-1) * chord, dim=-1)


def stroke_smoothness(strokes: Tensor) -> Tensor:
    """The mean distance of the inner control points to their chords.

    Args:
        strokes: (B, S, 4, 2).

    Returns:
        (B,), at least 0; 0 for straight strokes alone.
    """
    return chord_distances(strokes).mean((-2, -1))


@LOSSES.register_module()
class StrokeSmoothness(StrokeLoss):
    """The mean distance of P1 and P2 to the chord P0 P3: against loops and hooks. It bends no stroke that needs no bend.

    Args:
        output, time, time_power, weight: see ``StrokeLoss``.
    """

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_smoothness(strokes)
