"""Strokes shorter or longer than a plotter draws well."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .bezier import arc_lengths
from .stroke_loss import StrokeLoss


def stroke_length(strokes: Tensor, shortest: float = 0.05, longest: float = 1.0, nodes: int = 8) -> Tensor:
    """The mean over strokes of the squared distance of the arc length from the range.

    Args:
        strokes: (B, S, 4, 2).
        shortest, longest: the range without penalty, in canvas units (the canvas is 2 wide).
        nodes: of the quadrature.

    Returns:
        (B,), at least 0.
    """
    lengths = arc_lengths(strokes, nodes)
    return (F.relu(shortest - lengths) + F.relu(lengths - longest)).square().mean(-1)


@LOSSES.register_module()
class StrokeLength(StrokeLoss):
    """``(distance of the arc length from [shortest, longest])^2``, the length by Gauss-Legendre quadrature.

    Args:
        shortest, longest: the range without penalty, in canvas units.
        nodes: of the quadrature.
        output, time, time_power, weight: see ``StrokeLoss``.

    Raises:
        ValueError: a range that is empty or negative, or no node.
    """

    def __init__(
        self, shortest: float = 0.05, longest: float = 1.0, nodes: int = 8, output: str = "strokes_estimate",
        time: str | None = None, time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        if not 0 <= shortest <= longest:
            raise ValueError(
                f"StrokeLength: got shortest={shortest}, longest={longest}, expected 0 <= shortest <= longest"
            )
        if nodes < 1:
            raise ValueError(f"StrokeLength.nodes: got {nodes}, expected at least 1")
        self.shortest, self.longest, self.nodes = shortest, longest, nodes

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_length(strokes, self.shortest, self.longest, self.nodes)
