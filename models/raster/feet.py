"""The nearest point of a curve to a pixel's centre: one safeguarded Newton step from where the chord puts it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .fusing import fusible
from .windows import Windows

_TINY = 1e-12
_SHARPEST = 0.085
_MARGIN = 1.03
BEYOND = 0.5
_STRAY = 5e-3
_MORE_STEPS = 3
SAMPLES = 9


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
        radius: (N,) half the width of the stroke.
        bent: (N,) bool: the stroke ends within the pixel's reach, or turns too sharply for its edge to be taken as one arc.
        sharp: (N,) bool: the piece may have several feet, see ``Windows``.
        bounds: (2, N) parameters at which the stroke begins and ends.
    """

    window: Tensor
    pixel: Tensor
    parameter: Tensor
    offset: Tensor
    velocity: Tensor
    acceleration: Tensor
    jerk: Tensor
    distance: Tensor
    radius: Tensor
    bent: Tensor
    sharp: Tensor
    bounds: Tensor

    def take(self, index: Tensor) -> "Feet":
        """Some of them, by index."""
        return Feet(*(field.index_select(-1, index) for field in vars(self).values()))


def find_feet(windows: Windows, curves: Tensor, radius: Tensor, window: Tensor, place: Tensor, pixel: Tensor) -> Feet:
    """Solve (p - C(u)) . C'(u) = 0 near the chord.

    Args:
        windows: the windows.
        curves: (8, n), from ``window_coefficients``.
        radius: (n,) half the width of the window's stroke.
        window: (N,) the pair's window.
        place: (N,) the pixel's place in it.
        pixel: (N,) the pixel's index.

    Returns:
        the feet, u kept within the stroke's ends.
    """
    known = torch.cat([curves, windows.lowest[None], windows.highest[None], radius[None]])
    near_knots = torch.cat([windows.planes[:4], windows.offsets[:2]])
    u, gathered = _first_guess(known, near_knots, window, place)
    sharp = windows.sharp.index_select(0, window)
    turning = sharp.nonzero()[:, 0]
    if len(turning):
        u.index_copy_(0, turning, _nearest_sample(gathered.index_select(1, turning)))
    u, offset, velocity, acceleration, distance, bent = _solve(u, gathered, sharp)
    bounds, radius = gathered[8:10], gathered[10]
    return Feet(window, pixel, u, offset, velocity, acceleration, gathered[6:8], distance, radius, bent, sharp, bounds)


@fusible
def _first_guess(known: Tensor, near_knots: Tensor, window: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
    """Where the derivative of the distance, known at the two knots, would vanish if it were linear.

    Args:
        known: (11, n) curves, lowest and highest parameter, radius.
        near_knots: (6, n) half-planes of the normals at the knots.
        window: (N,).
        place: (N,).

    Returns:
        (N,) parameters; (11, N) what is known of each pair, with the offset to u = 0 in place of the curve's constant.
    """
    centre = torch.stack([place & 7, place >> 3]).to(known)
    planes = near_knots.index_select(1, window)
    after = torch.addcmul(planes[4], planes[0], centre[0]).addcmul_(planes[1], centre[1]).clamp_min_(0)
    before = torch.addcmul(planes[5], planes[2], centre[0]).addcmul_(planes[3], centre[1]).clamp_min_(0)
    gathered = known.index_select(1, window)
    torch.sub(centre, gathered[:2], out=gathered[:2])
    return after / (after + before).clamp_min_(_TINY), gathered


@fusible
def _nearest_sample(gathered: Tensor) -> Tensor:
    """Which of a few points of the piece is the nearest."""
    places = torch.linspace(0, 1, SAMPLES, device=gathered.device).to(gathered)[:, None]
    x, y = from_points(places, gathered[:2], gathered[2:8])
    return places[:, 0][(x.square() + y.square()).argmin(0)]


@fusible
def _solve(u: Tensor, gathered: Tensor, sharp: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Parameter, offset, velocity, half the acceleration, distance, and whether one arc is not enough; see ``Feet``."""
    relative, coefficients, (lowest, highest, radius) = gathered[:2], gathered[2:8], gathered[8:]
    bounds = lowest.clamp_min(-BEYOND), highest.clamp_max(1 + BEYOND)
    u = newton(u, relative, coefficients, *bounds)
    offset, velocity, acceleration = state(u, relative, coefficients)
    speed, to_end = dot(velocity, velocity), torch.minimum(u - lowest, highest - u)
    stray = (dot(offset, velocity).square_() > _STRAY**2 * speed) & (to_end > 0)
    if torch.compiler.is_compiling():
        u = torch.where(stray, _again(u, relative, coefficients, *bounds), u)
        offset, velocity, acceleration = state(u, relative, coefficients)
    elif len(rows := stray.nonzero()[:, 0]):
        own = [value.index_select(-1, rows) for value in (relative, coefficients, *bounds)]
        better = _again(u.index_select(0, rows), *own)
        u.index_copy_(0, rows, better)
        for value, own_value in zip((offset, velocity, acceleration), state(better, *own[:2])):
            value.index_copy_(1, rows, own_value)
    turn = velocity[0] * acceleration[1] - velocity[1] * acceleration[0]
    sharpness = turn.mul_(radius + 1 / _SHARPEST).mul_(2).square_() - speed**3
    bent = torch.maximum(sharpness, box_reach(velocity) - to_end.mul_(speed)) >= 0
    return u, offset, velocity, acceleration, dot(offset, offset).sqrt_(), bent.logical_or_(sharp)


def _again(u: Tensor, *curve: Tensor) -> Tensor:
    for _ in range(_MORE_STEPS):
        u = newton(u, *curve)
    return u


def box_reach(vector: Tensor) -> Tensor:
    """How far a pixel reaches from its centre along a vector (2, N), times its length, a little more for curved edges."""
    return vector.abs().sum(0).mul_(0.5 * _MARGIN)


def dot(first: Tensor, second: Tensor) -> Tensor:
    """Products of vectors (2, ...)."""
    return torch.addcmul(first[0] * second[0], first[1], second[1])


def from_points(places: Tensor, relative: Tensor, coefficients: Tensor) -> tuple[Tensor, Tensor]:
    """Both coordinates (k, n) of the offsets from the curve's points at k parameters (k, n) to the centres; see ``newton``."""
    linear, square, cube = coefficients[:2], coefficients[2:4], coefficients[4:]
    x, y = (relative[k] - places * (linear[k] + places * (square[k] + places * cube[k])) for k in (0, 1))
    return x, y


def state(u: Tensor, relative: Tensor, coefficients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Offset to the pixel's centre, velocity and half the acceleration of the curve at ``u``; see ``newton``."""
    linear, square, cube = coefficients[:2], coefficients[2:4], coefficients[4:]
    bend = u * cube
    offset = torch.addcmul(relative, u, torch.addcmul(linear, u, square + bend), value=-1)
    acceleration = torch.add(square, bend, alpha=3)
    return offset, torch.addcmul(linear, u, acceleration + square), acceleration


def newton(u: Tensor, relative: Tensor, coefficients: Tensor, lowest: Tensor, highest: Tensor) -> Tensor:
    """A step towards the foot; the second derivative of half the squared distance is kept above a quarter of the speed's square.

    Args:
        u: (...) parameters.
        relative: (2, ...) from the curve's point at u = 0 to the pixel's centre.
        coefficients: (6, ...) of the curve's u, u^2 and u^3.
        lowest: (...) bound of the parameters.
        highest: likewise.

    Returns:
        (...) parameters.
    """
    offset, velocity, acceleration = state(u, relative, coefficients)
    speed = dot(velocity, velocity)
    curvature = torch.maximum(speed - 2 * dot(offset, acceleration), speed / 4).clamp_min_(_TINY)
    step = dot(offset, velocity).div_(curvature).clamp_(-1, 1)
    return torch.minimum(torch.maximum(step.add_(u), lowest), highest)
