"""Small random changes of sketches that leave their class as it is."""

import math

import torch
from torch import Tensor


def jitter(
    strokes: Tensor, rotation: float = 15.0, scale: float = 0.2, shift: float = 0.1, shear: float = 0.1, noise: float = 0.02
) -> Tensor:  # fmt: skip
    """A random affine map a sketch about its own centre, and noise on every control point; by the global generator.

    Args:
        strokes: (B, S, 4, 2).
        rotation: largest angle, in degrees.
        scale: largest change of each axis' scale, as a share.
        shift: largest shift along each axis, in canvas units.
        shear: largest slope.
        noise: standard deviation of the control points' noise; that of a sketch is uniform between 0 and this.

    Returns:
        (B, S, 4, 2).
    """
    angle, slope, stretch, move, level = _draws(strokes, (1, 1, 2, 2, 1))
    angle, slope = angle[:, 0] * math.radians(rotation), slope[:, 0] * shear
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    shape = torch.diag_embed(1 + stretch * scale)
    shape[:, 0, 1] = slope
    centre = strokes.mean((1, 2), keepdim=True)
    moved = (strokes - centre) @ (turn @ shape).mT[:, None] + centre + (move * shift)[:, None, None]
    return moved + torch.randn_like(strokes) * (noise * level.abs())[:, None, None]


def _draws(strokes: Tensor, widths: tuple[int, ...]) -> tuple[Tensor, ...]:
    """Uniform numbers in [-1, 1], (B, width) each."""
    drawn = 2 * torch.rand(len(strokes), sum(widths), dtype=strokes.dtype, device=strokes.device) - 1
    return drawn.split(widths, 1)
