"""How scale, opacity, rotation and position go from one repetition of a scene to the next.

Every function takes the number i of the repetition, 0 for the first, and is elementwise over tensors that broadcast.
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

LARGEST, SMALLEST = (
    1e4,
    1e-3,
)  # of |scale|: beyond it a tube covers the view, below it all of a shape is within a tenth of a pixel
FIBONACCI = (0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
STEP = 1.5  # world units that a step of 1 moves

Progression = Callable[..., Tensor]


def power(base: Tensor, exponent: Tensor) -> Tensor:
    """``base ** exponent`` for bases of 0 and more, cut off at ``LARGEST``, with gradients that stay finite."""
    return torch.exp((exponent * base.clamp_min(1e-12).log()).clamp(max=math.log(LARGEST)))


SCALES: Mapping[str, Progression] = {
    "linear": lambda i, s: (1 - 0.1 * i * (1 - s)).clamp_min(0.01),
    "exponential": lambda i, s: power(s, i),
    "additive": lambda i, s: 1 + i * (s - 1),
    "fibonacci": lambda i, s: power(s, i * (0.1618 * i).sin().abs()),
    "golden": lambda i, s: power(s, 0.382 * i),
    "sine": lambda i, s: power(s, i * (0.3 + 0.7 * (0.2 * i).sin().abs())),
}
"""Scale of repetition i for a scaleFactor s; ``additive`` may be negative, which mirrors the shape at its centre."""

ALPHAS: Mapping[str, Progression] = {
    "exponential": lambda i, a, n: torch.exp(-0.3 * i * (1 - a)).clamp_min(0.02),
    "linear": lambda i, a, n: 1 - i * (1 - a) / n,
    "inverse": lambda i, a, n: a + (1 - a) * i / n,
}
"""Opacity of repetition i of n for an alphaFactor a."""

ROTATIONS: Mapping[str, Progression] = {
    "linear": lambda i, r: 360 * r * i,
    "golden-angle": lambda i, r: 137.5 * r * i,
    "fibonacci": lambda i, r: 15 * r * i.new_tensor(FIBONACCI)[i.long() % len(FIBONACCI)],
    "sine": lambda i, r: 180 * r * (0.2 * i).sin(),
}
"""Rotation of repetition i in degrees, counter-clockwise, for a rotationFactor r."""

POSITIONS: Mapping[str, Progression] = {
    "index": lambda i, scale, coupled: STEP * i * torch.where(coupled, scale, torch.ones_like(scale)),
    "scale": lambda i, scale, coupled: STEP * (1 - scale).abs(),
}
"""How far repetition i has gone, in world units for a step of 1; ``coupled`` only counts for ``index``."""


def place(x: Tensor, y: Tensor, origin: str) -> tuple[Tensor, Tensor]:
    """The position seen from an origin, such as ``top-left``."""
    if "top" in origin:
        y = 1 - y
    if "bottom" in origin:
        y = y - 1
    if "left" in origin:
        x = x - 1
    if "right" in origin:
        x = 1 - x
    return x, y


def bounded(scale: Tensor) -> Tensor:
    """A scale whose magnitude lies in [``SMALLEST``, ``LARGEST``], so that it can be divided by; its sign stays."""
    sign = torch.where(scale < 0, -1.0, 1.0).to(scale.dtype)
    return sign * scale.abs().clamp(SMALLEST, LARGEST)
