"""Where shapes lie on the grid of pixels, as rows of numbers that tiles look up."""

from typing import NamedTuple

import torch
from torch import Tensor

from .instances import VIEW, Instances


class Placement(NamedTuple):
    """Shapes placed on a grid of pixels, whose first row is the upper one; a column a number.

    At the centre of the pixel (column u, row v) the shape's own coordinates are x = xu u + xv v + x0 and y = yu u + yv v + y0,
    and the position along its gradient is p = pu u + pv v + p0.

    Attributes:
        xx, xy, yy: the metric: a unit direction (a, b) in the shape's own space grows by sqrt(xx a² + xy a b + yy b²) a pixel.
        width: radius of the tube, in the shape's own space.
        alpha: opacity.
    """

    xu: Tensor
    xv: Tensor
    x0: Tensor
    yu: Tensor
    yv: Tensor
    y0: Tensor
    pu: Tensor
    pv: Tensor
    p0: Tensor
    xx: Tensor
    xy: Tensor
    yy: Tensor
    width: Tensor
    alpha: Tensor

    @classmethod
    def of(cls, rows: Tensor) -> "Placement":
        """Rows (N, 14) as columns (N, 1)."""
        return cls(*rows.split(1, 1))


def placements(instances: Instances, size: int, dtype: torch.dtype) -> Tensor:
    """Rows (N, 14) of ``Placement`` for an image of size x size pixels."""
    pixel = 2 * VIEW / size
    inverse, sin_cos = instances.inverse, instances.gradient[:, None]
    step = inverse * inverse.new_tensor([pixel, -pixel])
    first = inverse.new_tensor([-VIEW + pixel / 2, VIEW - pixel / 2])
    own = torch.cat([step, inverse @ (first - instances.centre)[:, :, None]], 2)
    metric = step @ step.mT
    columns = [
        own.flatten(1),
        (sin_cos @ own)[:, 0],
        metric[:, 0, :1],
        2 * metric[:, 0, 1:],
        metric[:, 1, 1:],
        instances.width[:, None],
        instances.alpha[:, None],
    ]
    return torch.cat(columns, 1).to(dtype)
