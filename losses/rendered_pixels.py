"""The pixel error between drawn strokes and drawn target strokes."""

from torch import Tensor

from ..registry import LOSSES
from .rendered import RenderedLoss


def pixel_error(drawn: Tensor, wanted: Tensor) -> Tensor:
    """``mean (drawn - wanted)^2`` over each picture's pixels: two (B, H, W) to (B,).

    Raises:
        ValueError: the shapes differ.
    """
    if drawn.shape != wanted.shape:
        raise ValueError(
            f"pixel error: the drawings have the shapes {tuple(drawn.shape)} and {tuple(wanted.shape)}; they must be equal"
        )
    return (drawn - wanted).square().mean((-2, -1))


@LOSSES.register_module()
class RenderedPixels(RenderedLoss):
    """``mean (drawing - target's drawing)^2``: unlike an error of points, it does not mind how strokes are ordered or cut.

    Thin strokes that do not overlap give no gradient towards each other; it refines what is nearly right.

    Args:
        target, renderer, output, time, time_power, weight: see ``RenderedLoss``.
    """

    def distance(self, drawn: Tensor, wanted: Tensor) -> Tensor:
        return pixel_error(drawn, wanted)
