"""Random views of a photo and its sketch: the same warp for both, other colours for the photo."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def random_warps(
    like: Tensor, scale: tuple[float, float] = (0.8, 1.1), rotation: float = 0.2, shift: float = 0.1
) -> Tensor:
    """A random similarity ``p -> R p + d`` of the canvas for each sample, by the global generator.

    Args:
        like: (B, ...); gives batch, dtype and device.
        scale: least and greatest factor.
        rotation: largest angle, in radians.
        shift: largest shift along each axis; the canvas is 2 wide.

    Returns:
        (B, 2, 3): R and d.
    """
    drawn = torch.rand(4, len(like), dtype=like.dtype, device=like.device)
    factor = scale[0] + (scale[1] - scale[0]) * drawn[0]
    angle = rotation * (2 * drawn[1] - 1)
    cos, sin = factor * angle.cos(), factor * angle.sin()
    right, down = shift * (2 * drawn[2:] - 1)
    return torch.stack([cos, -sin, right, sin, cos, down], 1).view(-1, 2, 3)


def warp_strokes(strokes: Tensor, warps: Tensor) -> Tensor:
    """Control points moved by the warps: (B, S, 4, 2) and (B, 2, 3) to (B, S, 4, 2)."""
    return strokes @ warps[:, None, :, :2].mT + warps[:, None, None, :, 2]


def warp_images(images: Tensor, warps: Tensor) -> Tensor:
    """Images moved by the warps as strokes are; the border is continued outwards.

    Args:
        images: (B, 3, H, W), square: on another shape a rotation of the canvas is no rotation of the picture.
        warps: (B, 2, 3).

    Returns:
        (B, 3, H, W).
    """
    # A picture is sampled at the place that a pixel came from.
    back = torch.linalg.inv(warps[..., :2])
    inverse = torch.cat([back, -back @ warps[..., 2:]], 2)
    grid = F.affine_grid(inverse, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def colour_jitter(images: Tensor, gain: float = 0.3, offset: float = 0.1, grey: float = 0.2) -> Tensor:
    """Channels scaled and shifted at random, some images without colour; by the global generator.

    Args:
        images: (B, 3, H, W) in [0, 1].
        gain: greatest relative change of a channel's scale.
        offset: greatest shift of a channel.
        grey: share of images that lose their colour.

    Returns:
        (B, 3, H, W) in [0, 1].
    """
    drawn = torch.rand(7, len(images), 1, 1, dtype=images.dtype, device=images.device)
    scales, offsets = 2 * drawn[:3].transpose(0, 1) - 1, 2 * drawn[3:6].transpose(0, 1) - 1
    changed = images * (1 + gain * scales) + offset * offsets
    return torch.where(drawn[6][:, None] < grey, changed.mean(1, keepdim=True), changed).clamp(0, 1)


def random_widths(like: Tensor, least: float, greatest: float) -> Tensor:
    """A stroke width a sketch, (B, 1), log-uniform between the two, by the global generator."""
    drawn = torch.rand(len(like), 1, dtype=like.dtype, device=like.device)
    return least * torch.exp(drawn * math.log(greatest / least))
