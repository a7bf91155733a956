"""Sketches as vectors: what the distances between sets of sketches are measured on."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ....losses.bezier import curve_points, curve_velocities, midpoints

LIMIT = 4.0  # canvas units beyond which a coordinate counts as this far away
POINTS = 4  # along each stroke
DIRECTIONS = 8  # of the sliced quantiles
QUANTILES = 8
BINS = 8
LONGEST = 1.0  # canvas units, the last bin of the length histogram
LEAST_SPREAD = 1e-3
LARGE, SMALL = 2, 5  # blocks
FARTHEST = 1e3  # spreads; squares stay finite


def sane(strokes: Tensor) -> Tensor:
    """Strokes without infinities: what is not a number becomes 0, and every coordinate at most 4 in magnitude.

    A sketch that is not finite thus becomes one of collapsed strokes, which every metric sees as bad.

    Args:
        strokes: (N, S, 4, 2).

    Returns:
        (N, S, 4, 2) float32.

    Raises:
        ValueError: another shape, or no sketch.
    """
    if strokes.ndim != 4 or strokes.shape[2:] != (4, 2) or not strokes.shape[0] * strokes.shape[1]:
        raise ValueError(f"strokes are {tuple(strokes.shape)}, expected (N, S, 4, 2) with at least one stroke")
    return strokes.float().nan_to_num(0.0, LIMIT, -LIMIT).clamp(-LIMIT, LIMIT)


def bezier_blocks(strokes: Tensor) -> list[Tensor]:
    """Descriptions of each sketch, in blocks of one unit each.

    1. the control points in the order of drawing, (N, S * 8);
    2. the sliced quantiles of the points along all strokes, which know no order: their projections on 8 directions from
       0 to 180 degrees, sorted, at 8 evenly spaced ranks, (N, 64);
    3. mean of the points (2); 4. their covariance xx, yy, xy (3);
    5. total length (1);
    6. the share of strokes by chord length in 8 bins up to 1, linearly split between neighbouring bins (8);
    7. length by direction of the line in 8 bins of 0 to 180 degrees, likewise split (8).

    Gaps between strokes are left to ``geometry``: they vary so little between real sketches that any weight at which they
    mattered would let them decide alone.

    Args:
        strokes: (N, S, 4, 2).

    Source: 2 is the embedding of sliced Wasserstein distances (Bonneel et al. 2015).
    """
    strokes = sane(strokes)
    parameters = midpoints(POINTS, strokes)
    points, along = (curve(strokes, parameters).flatten(1, 2) for curve in (curve_points, curve_velocities))
    return [strokes.flatten(1), _sliced_quantiles(points), *_moments(points), *_lengths(strokes, along), _turns(along)]


def _sliced_quantiles(points: Tensor) -> Tensor:
    angle = torch.arange(DIRECTIONS) * math.pi / DIRECTIONS
    ordered = (points @ torch.stack([angle.cos(), angle.sin()]).to(points)).sort(1).values
    ranks = torch.linspace(0, points.shape[1] - 1, QUANTILES, device=points.device).round().long()
    return ordered[:, ranks].flatten(1)


def _moments(points: Tensor) -> tuple[Tensor, Tensor]:
    mean = points.mean(1)
    x, y = (points - mean[:, None]).unbind(-1)
    return mean, torch.stack([(x * x).mean(1), (y * y).mean(1), (x * y).mean(1)], 1)


def _lengths(strokes: Tensor, along: Tensor) -> tuple[Tensor, Tensor]:
    chord = (strokes[:, :, 3] - strokes[:, :, 0]).norm(dim=-1)
    length = along.norm(dim=-1).sum(1, keepdim=True) / POINTS
    bins = _soft_histogram(chord / LONGEST * (BINS - 1), torch.ones_like(chord), wrap=False)
    return length, bins


def _turns(along: Tensor) -> Tensor:
    turn = torch.atan2(along[..., 1], along[..., 0]) / math.pi % 1.0
    return _soft_histogram(turn * BINS, along.norm(dim=-1), wrap=True)


def _soft_histogram(position: Tensor, weight: Tensor, wrap: bool) -> Tensor:
    """(N, BINS): each weight split between the two bins beside its position, the mean over the values."""
    position = position % BINS if wrap else position.clamp(0, BINS - 1)
    low = position.floor()
    high = (low + 1) % BINS if wrap else (low + 1).clamp(max=BINS - 1)
    share = position - low
    found = torch.zeros(len(position), BINS, dtype=weight.dtype, device=weight.device)
    found.scatter_add_(1, low.long() % BINS, weight * (1 - share))
    found.scatter_add_(1, high.long(), weight * share)
    return found / position.shape[1]


@dataclass(frozen=True)
class BezierFeatures:
    """Features on a scale fitted once, on real sketches, so that nothing generated can change what it is measured by.

    Each block is centred on the real mean and divided by the root of the real sketches' total variance in it; the five
    small blocks by the root of five times that. So control points, quantiles and the rest weigh the same, and the squared
    distance of two independent real sketches is 6 on average. Numbers within a block keep their proportions: what hardly
    varies between real sketches is not blown up to weigh as much as their shape.

    Attributes:
        mean, scale: (D,) float32.
    """

    mean: Tensor
    scale: Tensor

    @classmethod
    def fit(cls, real: Tensor) -> "BezierFeatures":
        """The scale of real sketches, (N, S, 4, 2); a block that does not vary counts as varying by .001."""
        blocks = bezier_blocks(real)
        scales = []
        for number, block in enumerate(blocks):
            spread = block.var(0, correction=0).sum().sqrt().clamp_min(LEAST_SPREAD)
            scales.append((spread * (1 if number < LARGE else SMALL**0.5)).expand(block.shape[1]))
        return cls(torch.cat([block.mean(0) for block in blocks]), torch.cat(scales))

    def __call__(self, strokes: Tensor) -> Tensor:
        """(N, D) float32 of sketches (N, S, 4, 2).

        Raises:
            ValueError: another number of strokes than the real sketches have.
        """
        found = torch.cat(bezier_blocks(strokes), 1)
        if found.shape[1] != len(self.mean):
            wanted = (len(self.mean) - DIRECTIONS * QUANTILES - 2 * BINS - 6) // 8
            raise ValueError(f"sketches of {strokes.shape[1]} strokes beside real ones of {wanted}, expected as many")
        return ((found - self.mean) / self.scale).clamp(-FARTHEST, FARTHEST)
