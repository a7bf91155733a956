"""Ink that lies too dense for a plotter's paper."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .bezier import curve_points, curve_velocities, midpoints
from .stroke_loss import StrokeLoss


def ink_layers(strokes: Tensor, grid: int = 32, pen: float = 0.02, samples: int = 16) -> Tensor:
    """How many layers of ink lie on each cell of a grid over the canvas.

    Each stroke is sampled at the middles of ``samples`` equal steps of t; a sample carries the area ``pen |B'(t)| / samples``
    and spreads it bilinearly over the four nearest cell centres. Divided by a cell's area this is the mean number of times
    the pen has passed over the cell. Ink beyond the canvas is not counted.

    Args:
        strokes: (B, S, 4, 2).
        grid: cells along each side.
        pen: full width of the pen, in canvas units.
        samples: of each stroke; a stroke longer than ``samples`` cells is seen as dots.

    Returns:
        (B, grid, grid), rows along y, at least 0.
    """
    parameters, cell = midpoints(samples, strokes), 2 / grid
    places = curve_points(strokes, parameters).flatten(1, 2)
    lengths = torch.linalg.vector_norm(curve_velocities(strokes, parameters), dim=-1).flatten(1) / samples
    centres = (torch.arange(grid, dtype=strokes.dtype, device=strokes.device) + 0.5) * cell - 1
    hats = F.relu(1 - (places.unsqueeze(-1) - centres).abs() / cell)
    across, down = hats.unbind(2)
    return (down * (lengths * pen / cell**2).unsqueeze(-1)).mT @ across


def stroke_density(strokes: Tensor, grid: int = 32, pen: float = 0.02, limit: float = 1.0, samples: int = 16) -> Tensor:
    """The mean over cells of ``relu(layers - limit)^2``.

    Args:
        strokes: (B, S, 4, 2).
        grid: cells along each side.
        pen: full width of the pen, in canvas units.
        limit: layers of ink that go unpunished.
        samples: of each stroke.

    Returns:
        (B,), at least 0.
    """
    return F.relu(ink_layers(strokes, grid, pen, samples) - limit).square().mean((-2, -1))


@LOSSES.register_module()
class StrokeDensity(StrokeLoss):
    """``relu(layers of ink - limit)^2`` over the cells of a grid: a pen that crosses one spot too often tears the paper.

    Args:
        grid: cells along each side of the canvas.
        pen: full width of the pen, in canvas units (the canvas is 2 wide).
        limit: layers of ink that go unpunished.
        samples: points a stroke.
        output, time, time_power, weight: see ``StrokeLoss``.

    Raises:
        ValueError: a size that is not above 0.
    """

    def __init__(
        self, grid: int = 32, pen: float = 0.02, limit: float = 1.0, samples: int = 16, output: str = "strokes_estimate",
        time: str | None = None, time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        for name, value in (("grid", grid), ("pen", pen), ("samples", samples)):
            if value <= 0:
                raise ValueError(f"StrokeDensity.{name}: got {value}, expected a number above 0")
        self.grid, self.pen, self.limit, self.samples = grid, pen, limit, samples

    def penalty(self, strokes: Tensor) -> Tensor:
        return stroke_density(strokes, self.grid, self.pen, self.limit, self.samples)
