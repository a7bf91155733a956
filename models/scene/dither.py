"""Dither: colours quantised to a few levels, against a threshold that varies from cell to cell."""

import torch
from torch import Tensor

from .cells import cell_positions, straight_through

LUMINANCE = (0.2126, 0.7152, 0.0722)  # of sRGB's primaries


def bayer(n: int, columns: Tensor, rows: Tensor) -> Tensor:
    """Thresholds of the Bayer matrix of n x n, at the middles of n² equal steps."""
    index = torch.zeros_like(columns + rows)
    column, row = columns % n, rows % n
    for bit in range(n.bit_length() - 1):
        x, y = (column >> bit) & 1, (row >> bit) & 1
        index = 4 * index + 2 * (x ^ y) + y
    return (index.double() + 0.5) / n**2


def gradient_noise(columns: Tensor, rows: Tensor) -> Tensor:
    """Interleaved gradient noise (Jimenez 2014)."""
    inner = 0.06711056 * columns.double() + 0.00583715 * rows.double()
    return (52.9829189 * inner.frac()).frac()


def halftone(columns: Tensor, rows: Tensor) -> Tensor:
    """A dot in every 4 x 4 cells: the distance from its centre, 1 at the corners of the square."""
    x, y = ((each % 4).double() / 4 - 0.375 for each in (columns, rows))
    return (x.square() + y.square()).sqrt() * 2**0.5


def thresholds(kind: str, matrix: int, columns: Tensor, rows: Tensor) -> Tensor:
    """By the name of the dither."""
    if kind == "bayer":
        return bayer(matrix, columns, rows)
    return gradient_noise(columns, rows) if kind == "noise" else halftone(columns, rows)


def quantised(image: Tensor, threshold: Tensor, levels: Tensor, bias: Tensor) -> Tensor:
    """The nearest of ``levels`` levels in [0, 1] after a threshold is added; straight-through gradients.

    Args:
        image: (B, 3, H, W).
        threshold: (B, 1, H, W) in [0, 1).
        levels, bias: (B,).
    """
    steps = (levels - 1)[:, None, None, None].to(image)
    scaled = image * steps + threshold.to(image) + bias[:, None, None, None].to(image)
    soft = (scaled - 0.5) / steps
    return straight_through(scaled.floor() / steps, soft).clamp(0, 1)


def dither(image: Tensor, kinds: list[str], matrices: list[int], values: dict[str, Tensor], grey: Tensor) -> Tensor:
    """Images dithered.

    Args:
        image: (B, 3, H, W) in [0, 1].
        kinds: B names: bayer, noise or halftone.
        matrices: B sides of a Bayer matrix.
        values: ``ditherColors``, ``ditherStrength``, ``ditherScale`` and ``ditherBias``, each (B,).
        grey: (B,) bool, whether only the luminance is left.

    Returns:
        (B, 3, H, W). The gradient takes quantisation for the identity; cells have none.
    """
    columns, rows = cell_positions(values["ditherScale"], image.shape[-1])
    each = zip(kinds, matrices, columns, rows, strict=True)
    threshold = torch.stack([thresholds(*cell) for cell in each])[:, None]
    luminance = (image * image.new_tensor(LUMINANCE)[:, None, None]).sum(1, keepdim=True)
    source = torch.where(grey[:, None, None, None], luminance, image)
    levels = quantised(source, threshold, values["ditherColors"].detach().round(), values["ditherBias"])
    strength = values["ditherStrength"][:, None, None, None].to(image)
    return source + strength * (levels - source)
