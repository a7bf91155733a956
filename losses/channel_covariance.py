"""The correlation between the channels of a latent."""

from typing import Literal

import torch
from torch import Tensor

from ..registry import LOSSES
from .standardize import MapLoss, full_precision, standardize


def channel_correlation(latent: Tensor, pooled: bool = False) -> Tensor:
    """The correlation matrix R of the channels, over pixels.

    Args:
        latent: (B, C, H, W) any real.
        pooled: one R over batch and pixels together, with one mean and variance a channel; else one R a sample.

    Returns:
        (C, C) where pooled, else (B, C, C), in [-1, 1]. The row, column and diagonal of a constant channel are 0.
    """
    channels = latent.transpose(0, 1).flatten(1) if pooled else latent.flatten(2)
    scores = standardize(channels, 1)
    with full_precision(scores):
        return scores @ scores.mT / scores.shape[-1]


def off_diagonal_mean(matrices: Tensor) -> Tensor:
    """The mean of the entries off the diagonal: (..., N, N) to (...); 0 where N is 1."""
    size = matrices.shape[-1]
    # A product, not a fill: NaN on the diagonal stays NaN.
    off_diagonal = 1 - torch.eye(size, dtype=matrices.dtype, device=matrices.device)
    return (matrices * off_diagonal).sum((-2, -1)) / max(size * (size - 1), 1)


@LOSSES.register_module()
class ChannelCovariance(MapLoss):
    """Decorrelates channels: ``mean (R - I)^2`` for ``raw``, the mean of R^2 off the diagonal for ``scale_invariant``.

    R cannot show a channel's amplitude, so both forms ignore it; a constant channel costs ``raw`` its diagonal and
    ``scale_invariant`` nothing. Pooled, ``scale_invariant`` standardizes each map first, so that every sample counts
    alike. A sample's R has few independent entries (large structures fill a map), hence is large by chance; the pooled R
    is what should vanish.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` or ``scale_invariant``, as above.
        pooled: one R over the batch instead of one a sample, whose penalties are averaged.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form.
    """

    def __init__(
        self,
        output: str = "latent",
        form: Literal["raw", "scale_invariant"] = "scale_invariant",
        pooled: bool = False,
        weight: float = 1.0,
    ) -> None:
        super().__init__(output, form, weight)
        self.pooled = pooled

    def penalty(self, maps: Tensor) -> Tensor:
        correlation = channel_correlation(maps, self.pooled)
        if self.form == "scale_invariant":
            return off_diagonal_mean(correlation.square())
        identity = torch.eye(correlation.shape[-1], dtype=correlation.dtype, device=correlation.device)
        return (correlation - identity).square().mean((-2, -1))
