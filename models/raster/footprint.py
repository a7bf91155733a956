"""What a stroke covers of a pixel, or of its sub-pixels, and how that follows the stroke's points and width."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .box_filter import chord, half_plane
from .feet import Feet, dot
from .flatten import PIXEL_REACH
from .fusing import fusible

_TINY = 1e-30
_FARTHEST = 4.0
_LEAST_MINOR = 1e-3
_SQRT_HALF = 0.5**0.5
_MOST_CURVATURE = 0.5


@dataclass
class Footprint:
    """Coverage of N pixels by one stroke each, or of m sub-pixels of each (then (m, N) in place of (N,)).

    Attributes:
        coverage: (N,) in [0, 1].
        push: (2, N) its derivative with respect to the curve's point, in coverage per pixel.
        spread: (N,) its derivative with respect to half the width.
        parameter: (N,) local parameter of the curve's point that stands for the edge inside the pixel.
    """

    coverage: Tensor
    push: Tensor
    spread: Tensor
    parameter: Tensor


@fusible
def pixel_footprint(feet: Feet, thin: bool) -> Footprint:
    """Whole pixels, the stroke's edge taken as an arc of the curvature at the foot, to second order.

    Args:
        feet: N pairs whose foot is no end of a stroke.
        thin: whether any radius is so small that both edges meet one pixel.

    Returns:
        the footprint.
    """
    # The offset has a direction only while it has a length; across the velocity is the same one, and always known.
    radius, velocity = feet.radius, feet.velocity
    pace = dot(velocity, velocity).clamp_min(_TINY).rsqrt_()  # of pieces however short the normal is a unit vector
    facing = torch.copysign(pace, velocity[0] * feet.offset[1] - velocity[1] * feet.offset[0])
    normal = torch.stack([velocity[1] * -facing, velocity[0] * facing])
    curvature = 2 * dot(feet.acceleration, normal) * pace.square()
    stretch = (1 - curvature * radius).clamp_min_(0.1)
    major, minor = _axes(normal)
    edge = radius - feet.distance
    area, length, middle = _arc(edge, curvature / stretch, major, minor)
    # Which way the edge runs along the curve: the box's symmetries turn and mirror it.
    mirror = normal[0] * normal[1] * (normal[1].abs() - normal[0].abs()) * edge
    shift = torch.copysign(middle, mirror) * torch.sign(middle) * facing / stretch
    shift.clamp_(-_FARTHEST, _FARTHEST)
    if not thin:
        return Footprint(area, length * normal, length, feet.parameter + shift)
    far, far_length, _ = _arc(
        -radius - feet.distance, curvature / (1 + curvature * radius).clamp_min_(0.1), major, minor
    )
    return Footprint(
        (area - far).clamp_min_(0), (length - far_length) * normal, length + far_length, feet.parameter + shift
    )


def edge_coverage(distance: Tensor, normal: Tensor, radius: Tensor, thin: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Coverage of unit squares by straight strokes, its derivative with respect to -distance, and to the radius."""
    major, minor = _axes(normal)
    coverage, length = half_plane(radius - distance, major, minor)
    if not thin:
        return coverage, length, length
    beyond, far_length = half_plane(-radius - distance, major, minor)
    return coverage.sub_(beyond).clamp_min_(0), length - far_length, length + far_length


def is_thin(radius: Tensor, side: int = 1) -> bool:
    """Whether any stroke is so thin that both its edges meet one pixel, or one of ``side`` x ``side`` sub-pixels."""
    return bool((radius * side < PIXEL_REACH).any())


def _axes(normal: Tensor) -> tuple[Tensor, Tensor]:
    """The larger and the smaller of |n_x|, |n_y|, kept where the box filter is defined."""
    size = normal.abs()
    major = torch.maximum(size[0], size[1]).clamp_min_(_SQRT_HALF)
    return major, torch.minimum(size[0], size[1]).clamp_min_(_LEAST_MINOR)


def _arc(offset: Tensor, curvature: Tensor, major: Tensor, minor: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Area below a curved edge, the edge's length inside the square, and the distance of its middle from the foot, signed."""
    low, high = chord(offset, major, minor)
    length = (high - low).clamp_min_(0)
    bulge = curvature.clamp(-_MOST_CURVATURE, _MOST_CURVATURE) * (high**3 - low**3) / 6
    inside = torch.sign(length)
    area = torch.addcmul(half_plane(offset, major, minor)[0], bulge, inside).clamp_(0, 1)
    return area, length, (low + high) / 2 * inside
