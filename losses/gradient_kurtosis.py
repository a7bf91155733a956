"""The kurtosis of a map's gradients: natural images have many flat places and few strong edges."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import upcast
from .standardize import EPS, MapLoss, standardize


def gradient_kurtosis(maps: Tensor, eps: float = EPS) -> Tensor:
    """Pearson's kurtosis ``m4 / (m2 + eps)^2`` of the pooled differences dx and dy of each map.

    The moments are central, about the mean of all differences of the map. A normal distribution has 3 (not 0, as in
    the excess kurtosis of scipy's default), a map of few sharp edges far more. A constant map has 0.

    Args:
        maps: (..., H, W) any real.
        eps: keeps the gradient finite at a constant map; the variance of the differences must be far above it.

    Returns:
        (...), at least 1 up to ``eps``, or 0 where all differences are equal.

    Source:
        Huang and Mumford, Statistics of natural images and models, 1999: about 17 for derivatives.
    """
    maps = upcast(maps)
    differences = torch.cat([maps.diff(dim=-1).flatten(-2), maps.diff(dim=-2).flatten(-2)], dim=-1)
    return standardize(differences, 1, eps).square().square().mean(-1)


def kurtosis_penalty(kurtosis: Tensor, low: float = 3.0, high: float = 20.0) -> Tensor:
    """``relu(low - k) + .1 relu(k - high)``: 0 from ``low`` to ``high``.

    Args:
        kurtosis: (...), Pearson's.
        low: lower end of the accepted range.
        high: upper end of the accepted range; the penalty above rises ten times more slowly, for k is unbounded.

    Returns:
        (...), at least 0.
    """
    return F.relu(low - kurtosis) + 0.1 * F.relu(kurtosis - high)


@LOSSES.register_module()
class GradientKurtosis(MapLoss):
    """The mean over maps of ``relu(low - k) + .1 relu(k - high)``, k the Pearson kurtosis of the map's gradients.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        low: lower end of the accepted range.
        high: upper end of the accepted range.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form, or ``low`` above ``high``.
    """

    def __init__(
        self,
        output: str = "latent",
        form: Literal["raw", "scale_invariant"] = "scale_invariant",
        low: float = 3.0,
        high: float = 20.0,
        weight: float = 1.0,
    ) -> None:
        super().__init__(output, form, weight)
        if low > high:
            raise ValueError(f"GradientKurtosis: expected low <= high, got {low}, {high}.")
        self.low = low
        self.high = high

    def penalty(self, maps: Tensor) -> Tensor:
        return kurtosis_penalty(gradient_kurtosis(maps), self.low, self.high)
