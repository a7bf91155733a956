"""Distance to a curve that has no closed form: a table that gives, for every cell of the plane, the arc nearest to it.

The curve near its point closest to the centre of a cell is taken as its circle of curvature. That is exact to second order in
the size of the cell, costs one look-up and one square root, and a gradient passes.
"""

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import jvp

from .curves import CURVES

SIDE = 1.0125  # half extent of the table: a tenth of a unit, the widest tube, around every curve
CELLS = 216  # along a side: of 0.009375, so that edges of cells fall on the axes and on the crests of the wave
SAMPLES, STEPS = 512, 30
FLATTEST = 200.0  # radius that stands for a straight line


class Arcs(NamedTuple):
    """A circle for every cell, row by row from the lower left.

    Attributes:
        x, y: (CELLS²,) its centre.
        radius: (CELLS²,), 0 where the end of the curve is nearest.
        margin: how far the curve stays inside the table, at least.
    """

    x: Tensor
    y: Tensor
    radius: Tensor
    margin: float


@cache
@torch.inference_mode(False)  # a table outlives the mode it is first needed in
def arcs(name: str, dtype: torch.dtype, device: torch.device) -> Arcs:
    """The table of a curve of ``CURVES``."""
    found = _table(name)
    return Arcs(found.x.to(device, dtype), found.y.to(device, dtype), found.radius.to(device, dtype), found.margin)


@cache
@torch.no_grad()
def _table(name: str) -> Arcs:
    middle = (torch.arange(CELLS, dtype=torch.float64) + 0.5) * (2 * SIDE / CELLS) - SIDE
    y, x = (column.flatten() for column in torch.meshgrid(middle, middle, indexing="ij"))
    t = nearest(name, x, y)
    (px, py), (dx, dy), (ddx, ddy) = _derivatives(name, t)
    speed = (dx.square() + dy.square()).sqrt()
    curvature = (dx * ddy - dy * ddx) / speed**3
    reach = (1 / curvature).clamp(-FLATTEST, FLATTEST)  # signed: to the left of the direction of travel
    ended = (t <= 0) | (t >= 1)
    if _is_closed(name):
        ended = torch.zeros_like(ended)
    reach = torch.where(ended, 0, reach)
    margin = SIDE - max(float(px.abs().max()), float(py.abs().max()))
    return Arcs(px - dy / speed * reach, py + dx / speed * reach, reach.abs(), margin)


def nearest(name: str, x: Tensor, y: Tensor) -> Tensor:
    """The parameter t of the point of a curve that is nearest to each of the points (N,), by samples and ternary search."""
    samples = torch.linspace(0, 1, SAMPLES + 1, dtype=torch.float64)
    points = torch.stack(CURVES[name](samples), -1)
    part = torch.stack([x, y], -1).split(4096)
    first = torch.cat([samples[torch.cdist(each, points).argmin(1)] for each in part])
    low, high = (first - 1 / SAMPLES).clamp_min(0), (first + 1 / SAMPLES).clamp_max(1)
    for _ in range(STEPS):
        third = (high - low) / 3
        a, b = low + third, high - third
        left = _squared(name, a, x, y) < _squared(name, b, x, y)
        low, high = torch.where(left, low, a), torch.where(left, b, high)
    t = (low + high) / 2
    return torch.where(t < 1e-5, 0, torch.where(t > 1 - 1e-5, 1, t))


def _squared(name: str, t: Tensor, x: Tensor, y: Tensor) -> Tensor:
    px, py = CURVES[name](t)
    return (px - x).square() + (py - y).square()


def _is_closed(name: str) -> bool:
    (x0, x1), (y0, y1) = (each.tolist() for each in CURVES[name](torch.tensor([0.0, 1.0])))
    return abs(x0 - x1) + abs(y0 - y1) < 1e-5


def _derivatives(name: str, t: Tensor) -> tuple[tuple[Tensor, Tensor], ...]:
    """Position, velocity and acceleration, each (x, y)."""
    one = torch.ones_like(t)

    def velocity(at: Tensor) -> tuple[Tensor, Tensor]:
        return jvp(CURVES[name], (at,), (one,))[1]

    found = jvp(velocity, (t,), (one,))
    return CURVES[name](t), found[0], found[1]
