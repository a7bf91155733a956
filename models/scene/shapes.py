"""The ten shapes as distance fields in their own space.

A field gives for points (x, y) the distance to the shape's centre line and the unit direction in which it changes, up to its
sign. Distances are exact for shapes of lines and circles; the others go through a table of arcs (``arcs.py``). Choices
between regions are sums with masks: ``torch.where`` is many times slower on a CPU.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from .arcs import CELLS, SIDE, arcs
from .curves import (
    ARCH,
    BAR,
    CORNER,
    INFINITY,
    LINE,
    OUTER,
    RING,
    ROUNDED,
    SQUARE,
    U_HEIGHT,
    U_WIDTH,
    WAVE_HEIGHT,
    WAVE_LENGTH,
)

TINY = 1e-15  # keeps lengths off 0, where they have no direction and no slope


class Field(NamedTuple):
    """Distance to the centre line, and the unit direction across it."""

    distance: Tensor
    x: Tensor
    y: Tensor


def _length(x: Tensor, y: Tensor) -> Tensor:
    return torch.addcmul((x * x).add_(TINY**2), y, y).sqrt()


def circle(x: Tensor, y: Tensor, radius: float | Tensor) -> Field:
    length = _length(x, y)
    return Field((length - radius).abs(), (x + TINY) / length, y / length)


def _segment(across: Tensor, along: Tensor) -> Field:
    """A line across which ``across`` is measured; ``along`` is 0 beside it, and the signed distance beyond its ends."""
    return circle(across, along, 0.0)


def bar(x: Tensor, y: Tensor) -> Field:
    return _segment(x, y - y.clamp(-BAR, BAR))


def line(x: Tensor, y: Tensor) -> Field:
    distance, ny, nx = _segment(y, x - x.clamp(-LINE, LINE))
    return Field(distance, nx, ny)


def horseshoe(x: Tensor, y: Tensor, radius: float, arms: float) -> Field:
    """A half circle about (0, 0), below, that goes on upwards for a length on both sides."""
    below = y.clamp_max(0)
    ray = circle(x, below, 0.0)
    foot = _segment(ray.distance - radius, (y - arms).clamp_min(0))
    return Field(foot.distance, foot.x * ray.x, torch.addcmul(foot.y, foot.x, ray.y))


def arch(x: Tensor, y: Tensor) -> Field:
    field = horseshoe(x, -y, ARCH, 0.0)
    return field._replace(y=-field.y)


def u(x: Tensor, y: Tensor) -> Field:
    return horseshoe(x, y + (U_HEIGHT - U_WIDTH), U_WIDTH, 2 * U_HEIGHT - U_WIDTH)


def _sign(x: Tensor) -> Tensor:
    return (x < 0).to(x.dtype).mul_(-2).add_(1)


def box(x: Tensor, y: Tensor, half: float, corner: float) -> Field:
    """The outline of a square whose straight part has the half extent ``half``, rounded by ``corner``."""
    qx, qy = x.abs() - half, y.abs() - half
    inside = torch.maximum(qx, qy).clamp_max(0)
    ox, oy = qx.clamp_min(0), qy.clamp_min(0)
    length = _length(ox, oy)
    flat, wide = (length <= 2 * TINY).to(x.dtype), (qx > qy).to(x.dtype)
    unit = length + flat
    nx, ny = (ox + flat * wide) / unit, (oy + flat * (1 - wide)) / unit
    return Field((length + inside - corner).abs(), nx * _sign(x), ny * _sign(y))


def tabled(x: Tensor, y: Tensor, name: str) -> Field:
    """By the nearest arc; beyond the table the way to it is added, where only shapes of a few pixels have any ink."""
    table = arcs(name, x.dtype, x.device)
    near_x, near_y = x.clamp(-SIDE, SIDE), y.clamp(-SIDE, SIDE)
    scale = CELLS / 2 / SIDE
    column, row = (((each.detach() + SIDE) * scale).long().clamp_(0, CELLS - 1) for each in (near_x, near_y))
    cell = (row * CELLS + column).flatten()
    cx, cy, radius = (each.index_select(0, cell).view_as(x) for each in table[:3])
    field = circle(near_x - cx, near_y - cy, radius)
    return field._replace(distance=field.distance + _length(x - near_x, y - near_y))


class Shape(NamedTuple):
    """A shape.

    Attributes:
        field: of points (x, y) of any shape.
        width, height: half extents of its centre line.
        table: the name of its table, beyond which distances are too large.
    """

    field: Callable[[Tensor, Tensor], Field]
    width: float
    height: float
    table: str = ""

    def clearance(self, x: Tensor, y: Tensor) -> Tensor:
        """At most the distance to the centre line."""
        known = self.field(x, y).distance
        if not self.table:
            return known
        beyond = _length((x.abs() - SIDE).clamp_min(0), (y.abs() - SIDE).clamp_min(0))
        far = (beyond > 2 * TINY).to(x.dtype)
        return known - far * (known - beyond - arcs(self.table, x.dtype, x.device).margin)


SHAPES: Mapping[str, Shape] = {
    "ring": Shape(partial(circle, radius=RING), RING, RING),
    "bar": Shape(bar, 0.0, BAR),
    "line": Shape(line, LINE, 0.0),
    "arch": Shape(arch, ARCH, ARCH),
    "u": Shape(u, U_WIDTH, U_HEIGHT),
    "spiral": Shape(partial(tabled, name="spiral"), OUTER, OUTER, "spiral"),
    "wave": Shape(partial(tabled, name="wave"), WAVE_LENGTH, WAVE_HEIGHT, "wave"),
    "infinity": Shape(partial(tabled, name="infinity"), INFINITY, INFINITY / 2, "infinity"),
    "square": Shape(partial(box, half=SQUARE, corner=0.0), SQUARE, SQUARE),
    "roundedRect": Shape(partial(box, half=ROUNDED - CORNER, corner=CORNER), ROUNDED, ROUNDED),
}
