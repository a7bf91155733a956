"""Strokes that have shrunk to a dot."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .stroke_loss import StrokeLoss, pair_distances


def stroke_extents(strokes: Tensor) -> Tensor:
    """The largest distance between two control points of each stroke: (..., 4, 2) to (...), in canvas units."""
    return pair_distances(strokes, strokes).amax((-2, -1))


def stroke_degeneracy(strokes: Tensor, least: float = 0.05) -> Tensor:
    """The mean over strokes of ``relu(least - extent)^2``.

    Args:
        strokes: (B, S, 4, 2).
        least: the extent below which a stroke is penalised, in canvas units.

    Returns:
        (B,), in [0, least^2].
    """
    return F.relu(least - stroke_extents(strokes)).square().mean(-1)


@LOSSES.register_module()
class StrokeDegeneracy(StrokeLoss):
    """``relu(.05 - extent)^2``, extent the largest distance between two control points: keeps strokes from becoming dots.

    A stroke whose four points coincide has the gradient 0: no direction is better than another.

    Args:
        least: the extent below which a stroke is penalised, in canvas units.
        output, time, time_power, weight: see ``StrokeLoss``.
    """

    def __init__(
        self, least: float = 0.05, output: str = "strokes_estimate", time: str | None = None, time_power: float = 0.0,
        weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        self.least = least

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_degeneracy(strokes, self.least)
