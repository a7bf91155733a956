"""How sharply strokes turn."""

import torch
from torch import Tensor

from ..registry import LOSSES
from .bezier import curve_accelerations, curve_velocities, gauss_legendre
from .stroke_loss import StrokeLoss


def stroke_curvature(strokes: Tensor, radius: float = 0.1, slowness: float = 0.1, nodes: int = 8) -> Tensor:
    """The squared curvature, averaged along each stroke's arc and over strokes, with ``1 / radius`` as its unit.

    ``k^2 = (B' x B'')^2 / (|B'|^2 + slowness^2)^3`` at Gauss-Legendre nodes, weighted by ``|B'|``. The curvature of a cubic
    has no bound where its velocity vanishes (a cusp, a collapsed stroke); ``slowness`` gives it one and hardly changes
    strokes that are several times as long.

    Args:
        strokes: (B, S, 4, 2).
        radius: a stroke that turns at this radius everywhere counts 1; above 0, in canvas units.
        slowness: above 0, in canvas units (a straight stroke's ``|B'|`` is its length).
        nodes: of the quadrature.

    Returns:
        (B,), at least 0; 0 for straight strokes and for dots.
    """
    places, weights = gauss_legendre(nodes, strokes)
    velocity, acceleration = curve_velocities(strokes, places), curve_accelerations(strokes, places)
    cross = velocity[..., 0] * acceleration[..., 1] - velocity[..., 1] * acceleration[..., 0]
    squared = cross.square() / (velocity.square().sum(-1) + slowness**2) ** 3
    arc = torch.linalg.vector_norm(velocity, dim=-1) * weights
    # A dot has neither arc nor curvature: 0 over the smallest number instead of 0 over 0.
    mean = (squared * arc).sum(-1) / arc.sum(-1).clamp(min=torch.finfo(arc.dtype).eps)
    return radius**2 * mean.mean(-1)


@LOSSES.register_module()
class StrokeCurvature(StrokeLoss):
    """The mean squared curvature along the arc, ``(radius k)^2``: against turns too sharp for a plotter at speed.

    Args:
        radius: a stroke that turns at this radius everywhere counts 1, in canvas units.
        slowness: the speed below which curvature is damped, in canvas units.
        nodes: of the quadrature.
        output, time, time_power, weight: see ``StrokeLoss``.

    Raises:
        ValueError: a size that is not above 0.
    """

    def __init__(
        self, radius: float = 0.1, slowness: float = 0.1, nodes: int = 8, output: str = "strokes_estimate",
        time: str | None = None, time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        for name, value in (("radius", radius), ("slowness", slowness), ("nodes", nodes)):
            if value <= 0:
                raise ValueError(f"StrokeCurvature.{name}: got {value}, expected a number above 0")
        self.radius, self.slowness, self.nodes = radius, slowness, nodes

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_curvature(strokes, self.radius, self.slowness, self.nodes)
