"""Sub-pixels of the pixels where one straight edge is not enough: stroke ends, crossings, joints."""

import torch
from torch import Tensor

from .feet import SAMPLES, Feet, dot, from_points, newton
from .footprint import Footprint, edge_coverage
from .fusing import fusible

SIDE = 4
_TINY = 1e-12
_LEAST_STRETCH = 0.25
_REFINE = 2
_REFINE_SHARP = 3
_SAMPLE_BITS = 4
_STRAIGHT = 0.02


def sub_pixel_feet(feet: Feet) -> tuple[Tensor, Tensor, Tensor]:
    """Distances from the sub-pixels' centres to the curve, by one Newton step from the foot of the pixel's centre.

    Args:
        feet: N pairs.

    Returns:
        distance (m, N) in pixels, unit normal (2, m, N), local parameter of the sub-pixel's foot (m, N); m = SIDE^2.
    """
    shift = _shifts(feet)
    sharp = feet.sharp.nonzero()[:, 0]
    if len(sharp):
        shift.index_copy_(1, sharp, _shifts_of_several(feet.take(sharp)))
    return _arrive(feet, shift)


@fusible
def _shifts(feet: Feet) -> Tensor:
    """From the parameter of the pixel's foot to those of the sub-pixels' feet (m, N)."""
    steps, speed = _steps(feet), dot(feet.velocity, feet.velocity)
    slope = _grid(speed - 2 * dot(feet.offset, feet.acceleration), -2 * feet.acceleration, steps)
    slope = torch.maximum(slope, (speed * _LEAST_STRETCH).clamp_min_(_TINY))
    lowest, highest = feet.bounds - feet.parameter
    shift = _grid(dot(feet.offset, feet.velocity), feet.velocity, steps).div_(slope)
    shift = torch.minimum(torch.maximum(shift, lowest.clamp_min(-1)), highest.clamp_max(1))
    curved = _curved(feet, speed) & ~feet.sharp
    if torch.compiler.is_compiling():
        return torch.where(curved, _refined(feet, shift, _REFINE), shift)
    rows = curved.nonzero()[:, 0]
    if len(rows):
        shift.index_copy_(1, rows, _refined(feet.take(rows), shift.index_select(1, rows), _REFINE))
    return shift


@fusible
def _shifts_of_several(feet: Feet) -> Tensor:
    """The same for pieces that may have several feet."""
    return _refined(feet, _nearest_sample(feet), _REFINE_SHARP)


@fusible
def _arrive(feet: Feet, shift: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    velocity, acceleration, jerk = _coefficients(feet).unflatten(0, (3, 2))
    along = torch.addcmul(velocity, shift, torch.addcmul(acceleration, shift, jerk))
    offset = torch.addcmul(_relative(feet), shift, along, value=-1)
    distance = dot(offset, offset).sqrt_()
    return distance, offset.div_(distance.clamp_min(_TINY)), shift + feet.parameter


def _steps(feet: Feet) -> Tensor:
    """From a pixel's centre to the centres of its sub-pixels, along one axis (SIDE, 1)."""
    return (torch.arange(SIDE, device=feet.pixel.device).to(feet.offset) + 0.5)[:, None] / SIDE - 0.5


def _relative(feet: Feet) -> Tensor:
    """From the feet to the sub-pixels' centres (2, m, N), row by row."""
    steps = _steps(feet)
    centres = torch.stack([steps.expand(SIDE, -1, 1), steps[:, None].expand(-1, SIDE, 1)]).flatten(1, 2)
    return feet.offset[:, None] + centres


def _coefficients(feet: Feet) -> Tensor:
    """The curve from the foot on, (6, 1, N), as ``newton`` takes it."""
    return torch.cat([feet.velocity, feet.acceleration, feet.jerk])[:, None]


def _refined(feet: Feet, shift: Tensor, times: int) -> Tensor:
    """More Newton steps."""
    relative, coefficients, (lowest, highest) = _relative(feet), _coefficients(feet), feet.bounds - feet.parameter
    for _ in range(times):
        shift = newton(shift, relative, coefficients, lowest, highest)
    return shift


def _nearest_sample(feet: Feet) -> Tensor:
    """Where the nearest of a few points of the piece is to each sub-pixel's centre: a piece may have several feet."""
    steps = _steps(feet)
    places = torch.linspace(0, 1, SAMPLES, device=steps.device).to(steps)
    x, y = from_points(places[:, None] - feet.parameter, feet.offset, _coefficients(feet)[:, 0])
    squares = (torch.addcmul(x * x, y, y)[:, None] + 2 * x[:, None] * steps)[:, None] + (2 * y[:, None] * steps)[
        :, :, None
    ]
    # Positive floats are ordered like their bits, whose last few can hold which sample it is.
    bits = squares.add_(1).view(torch.int32 if squares.dtype == torch.float32 else torch.int64)
    order = torch.arange(SAMPLES, device=bits.device, dtype=bits.dtype)[:, None, None, None]
    least = bits.bitwise_and_(-1 << _SAMPLE_BITS).bitwise_or_(order).amin(0)
    return places[least.bitwise_and_((1 << _SAMPLE_BITS) - 1).flatten(0, 1)] - feet.parameter


def _curved(feet: Feet, speed: Tensor) -> Tensor:
    """Where the curve is so far from a line run at constant speed, over a pixel, that one Newton step is not enough."""
    bend, jerk = (dot(vector, vector) for vector in (feet.acceleration, feet.jerk))
    return torch.maximum(bend, jerk / speed.clamp_min(_TINY)) > _STRAIGHT**2 * speed.square()


def nearest(signed: Tensor, group: Tensor, groups: int) -> Tensor:
    """Which entry is the least of its group, in each sub-pixel; ties share.

    Args:
        signed: (m, N) distances to the strokes' edges, plus a constant that leaves none negative.
        group: (N,) int64 in [0, groups).
        groups: number of groups.

    Returns:
        (m, N) weights that sum to 1 over each group.
    """
    # Positive floats are ordered like their bits, and the least of integers is found several times faster.
    bits = signed.view(torch.int32 if signed.dtype == torch.float32 else torch.int64)
    index = group.expand(len(bits), -1)
    least = torch.full((len(bits), groups), torch.iinfo(bits.dtype).max, dtype=bits.dtype, device=bits.device)
    least.scatter_reduce_(1, index, bits, "amin")
    won = (bits == least.gather(1, index)).to(signed)
    if won.sum() > least.numel():
        shared = won.new_zeros(least.shape).scatter_add_(1, index, won)
        won = won / shared.gather(1, index)
    return won


def sub_pixel_winners(feet: Feet, group: Tensor, groups: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Which stroke of a group is the nearest to each sub-pixel.

    Args:
        feet: N pairs.
        group: (N,) which pairs form a union.
        groups: number of groups.

    Returns:
        as ``sub_pixel_feet``; and weights (m, N), from ``nearest``.
    """
    distance, normal, parameter = sub_pixel_feet(feet)
    ranked = distance + (feet.radius.max() - feet.radius) if len(group) else distance
    return distance, normal, parameter, nearest(ranked, group, groups)


def sub_pixel_footprint(
    radius: Tensor, thin: bool, distance: Tensor, normal: Tensor, parameter: Tensor, won: Tensor
) -> Footprint:
    """Coverage of each sub-pixel by the union of a group's strokes, shared out to the strokes that are nearest.

    Args:
        radius: (N,) half the width, in pixels.
        thin: whether both edges of a stroke can meet one sub-pixel.
        distance: this and the others from ``sub_pixel_winners``.
        normal: likewise.
        parameter: likewise.
        won: likewise.

    Returns:
        (m, N); summing a group's coverage gives that of its union.
    """
    coverage, push, spread = edge_coverage(distance * SIDE, normal, radius * SIDE, thin)
    won_length = won * SIDE
    return Footprint(coverage.mul_(won), normal * (push * won_length), spread * won_length, parameter)


def _grid(constant: Tensor, axis: Tensor, steps: Tensor) -> Tensor:
    """(m, N): a constant (N,) plus the component along an axis (2, N) of the steps to the sub-pixels' centres, row by row."""
    return ((constant + steps * axis[0])[None] + (steps * axis[1])[:, None]).flatten(0, 1)
