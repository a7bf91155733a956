"""The nearest point of a curve to a pixel's centre: one safeguarded Newton step from where the chord puts it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .flatten import PIXEL_REACH
from .windows import Windows

_TINY = 1e-12
_SHARPEST = 0.1
_BEYOND = 0.5
_SAMPLES = 9


@dataclass
class Feet:
    """N pairs of a pixel and the nearest point, its foot, on a chord's piece of curve; sorted by window.

    Attributes:
        window: (N,) int64.
        pixel: (N,) int64, into the flattened images (B * H * W).
        parameter: (N,) the window's local parameter u of the foot.
        offset: (2, N) from the foot to the pixel's centre, in pixels.
        velocity: (2, N) dC/du at the foot.
        acceleration: (2, N) half of d2C/du2 at the foot.
        jerk: (2, N) a sixth of d3C/du3.
        distance: (N,) length of the offset.
        bent: (N,) bool: the stroke ends within the pixel's reach, or turns too sharply for its edge to be taken as one arc.
    """

    window: Tensor
    pixel: Tensor
    parameter: Tensor
    offset: Tensor
    velocity: Tensor
    acceleration: Tensor
    jerk: Tensor
    distance: Tensor
    bent: Tensor

    def take(self, index: Tensor) -> "Feet":
        """Some of them, by index."""
        return Feet(*(field.index_select(-1, index) for field in vars(self).values()))


def find_feet(windows: Windows, curves: Tensor, window: Tensor, place: Tensor, pixel: Tensor) -> Feet:
    """Solve (p - C(u)) . C'(u) = 0 near the chord.

    Args:
        windows: the windows.
        curves: (8, n), from ``window_coefficients``.
        window: (N,) the pair's window.
        place: (N,) the pixel's place in it.
        pixel: (N,) the pixel's index.

    Returns:
        the feet, u kept within the stroke's ends.
    """
    centre = torch.stack([place & 7, place >> 3]).to(curves)
    gathered = torch.cat([curves, windows.lowest[None], windows.highest[None]]).index_select(1, window)
    constant, linear, square, cube = (gathered[2 * k : 2 * k + 2] for k in range(4))
    relative = centre - constant
    u = _first_guess(windows, window, centre)
    sharp = windows.sharp.index_select(0, window).nonzero()[:, 0]
    if len(sharp):
        u.index_copy_(0, sharp, _best_sample(relative[:, sharp], gathered[2:8, sharp]))
    offset = relative - u * (linear + u * (square + u * cube))
    bend = u * cube
    acceleration = square + 3 * bend
    velocity = linear + u * (acceleration + square)
    u = _newton(u, offset, velocity, acceleration).clamp_(-_BEYOND, 1 + _BEYOND)
    u = torch.minimum(torch.maximum(u, gathered[8]), gathered[9])
    offset = relative - u * (linear + u * (square + u * cube))
    acceleration = square + 3 * (u * cube)
    velocity = linear + u * (acceleration + square)
    speed = dot(velocity, velocity)
    to_end = torch.minimum(u - gathered[8], gathered[9] - u)
    turn = velocity[0] * acceleration[1] - velocity[1] * acceleration[0]
    bent = torch.maximum((2 / _SHARPEST * turn).square_() - speed**3, PIXEL_REACH**2 - to_end.square_() * speed) > 0
    return Feet(window, pixel, u, offset, velocity, acceleration, cube, dot(offset, offset).sqrt_(), bent)


def dot(first: Tensor, second: Tensor) -> Tensor:
    """Products of vectors (2, ...)."""
    return torch.addcmul(first[0] * second[0], first[1], second[1])


def _first_guess(windows: Windows, window: Tensor, centre: Tensor) -> Tensor:
    """Where the derivative of the distance, known at the two knots, would vanish if it were linear."""
    planes = torch.cat([windows.planes[:4], windows.offsets[:2]]).index_select(1, window)
    after = torch.addcmul(planes[4], planes[0], centre[0]).addcmul_(planes[1], centre[1]).clamp_min_(0)
    before = torch.addcmul(planes[5], planes[2], centre[0]).addcmul_(planes[3], centre[1]).clamp_min_(0)
    return after / (after + before).clamp_min_(_TINY)


def _best_sample(relative: Tensor, coefficients: Tensor) -> Tensor:
    """The nearest of a few points of the piece to the pixel's centre."""
    u = torch.linspace(0, 1, _SAMPLES, device=relative.device).to(relative)[:, None]
    x, y = (relative[k] - u * (coefficients[k] + u * (coefficients[2 + k] + u * coefficients[4 + k])) for k in (0, 1))
    return u[(x.square() + y.square()).argmin(0), 0]


def _newton(u: Tensor, offset: Tensor, velocity: Tensor, acceleration: Tensor) -> Tensor:
    """One step; the second derivative of half the squared distance is kept above a quarter of the speed's square."""
    speed = dot(velocity, velocity)
    curvature = torch.maximum(speed - 2 * dot(offset, acceleration), speed / 4).clamp_min_(_TINY)
    return torch.addcdiv(u, dot(offset, velocity), curvature)
