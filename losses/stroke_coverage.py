"""Strokes crowded in one place."""

from torch import Tensor

from ..registry import LOSSES
from .stroke_loss import StrokeLoss, pair_distances


def stroke_midpoints(strokes: Tensor) -> Tensor:
    """``B(1/2) = (P0 + 3 P1 + 3 P2 + P3) / 8``: (..., 4, 2) to (..., 2)."""
    return (strokes[..., 0, :] + 3 * (strokes[..., 1, :] + strokes[..., 2, :]) + strokes[..., 3, :]) / 8


def stroke_coverage(strokes: Tensor, softening: float = 0.1) -> Tensor:
    """``1 / (d + softening)``, d the mean distance between the midpoints of two different strokes.

    Args:
        strokes: (B, S, 4, 2).
        softening: bounds the penalty by its reciprocal; above 0, in canvas units.

    Returns:
        (B,), in (0, 1 / softening]; a single stroke has d = 0.
    """
    count = strokes.shape[-3]
    midpoints = stroke_midpoints(strokes)
    mean = pair_distances(midpoints, midpoints).sum((-2, -1)) / max(count * (count - 1), 1)
    return 1 / (mean + softening)


@LOSSES.register_module()
class StrokeCoverage(StrokeLoss):
    """``1 / (mean distance between stroke midpoints + .1)``: spreads the strokes over the canvas.

    It falls without end as strokes move apart, off the canvas too; give it a small weight.

    Args:
        softening: bounds the penalty by its reciprocal, in canvas units.
        output, time, time_power, weight: see ``StrokeLoss``.

    Raises:
        ValueError: a softening that is not above 0.
    """

    def __init__(
        self, softening: float = 0.1, output: str = "strokes_estimate", time: str | None = None,
        time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        if softening <= 0:
            raise ValueError(f"StrokeCoverage.softening: got {softening}, expected a number above 0")
        self.softening = softening

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_coverage(strokes, self.softening)
