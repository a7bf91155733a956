"""The slope of a map's power spectrum, which is about 2 in natural images."""

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import upcast
from .standardize import MapLoss, full_precision

FLOOR = 1e-10
# An edge that is reached up to rounding counts as reached, at sizes that are no power of two.
ROUNDING = 1e-9


def bin_frequencies(bins: int = 16) -> Tensor:
    """The centres of the radial bins after the first, ``(k + 1/2) / (2 bins)``, in cycles a pixel; (bins - 1,) float64."""
    return (torch.arange(1, bins, dtype=torch.float64) + 0.5) / (2 * bins)


@lru_cache(maxsize=32)
def bin_matrix(height: int, width: int, bins: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """What turns the power of a half spectrum (``rfft2``) into its mean over each radial bin after the first.

    Returns:
        (H * (W // 2 + 1), bins - 1); each column sums to 1. It is cached: do not write to it.

    Raises:
        ValueError: fewer than three bins, or a bin without any frequency.
    """
    with torch.inference_mode(False):  # a tensor made in inference mode could not serve a later backward pass
        across = torch.fft.rfftfreq(width, dtype=torch.float64)
        radius = torch.hypot(torch.fft.fftfreq(height, dtype=torch.float64)[:, None], across)
        members = F.one_hot(_bin_of(radius, bins).flatten(), bins + 1)[:, 1:bins].double()
        # The half spectrum holds one of each conjugate pair, but both halves of the columns 0 and 1/2.
        alone = (across == 0) | (across == 0.5)
        members = members * (2.0 - alone.double()).expand(radius.shape).reshape(-1, 1)
        empty = (members.sum(0) == 0).sum().item()
        if bins < 3 or empty:
            raise ValueError(
                f"radial power: expected at least 3 bins, each holding a frequency, got {bins} bins of which {empty} hold "
                f"none at {height} x {width} pixels. A number from 3 to half of the shorter side always serves."
            )
        return (members / members.sum(0)).to(device, dtype)


def _bin_of(radius: Tensor, bins: int) -> Tensor:
    """The bin of each frequency; ``bins`` for those above 1/2."""
    place = radius * 2 * bins
    index = torch.floor(place + ROUNDING).long().clamp(max=bins)
    return index.masked_fill((index == bins) & (place <= bins + ROUNDING), bins - 1)


def radial_power(maps: Tensor, bins: int = 16) -> Tensor:
    """The mean power of each map in radial bins of the spatial frequency.

    Bin k covers ``k <= 2 bins |f| < k + 1``: an edge belongs to the bin that it opens, and 1/2 to the last. Bin 0, with
    the map's mean, is dropped; the corners of the spectrum, above 1/2 cycle a pixel, are in no bin. At 32 x 32 pixels
    and 16 bins, k is the integer part of the distance from the origin in steps of the discrete spectrum.

    Args:
        maps: (..., H, W) any real.
        bins: number of bins on [0, 1/2] cycles a pixel, at least 3; half of the shorter side always serves.

    Returns:
        (..., bins - 1); the transform is orthonormal, so unit-variance white noise has power 1 in every bin.

    Raises:
        ValueError: fewer than three bins, or a bin without any frequency.
    """
    maps = upcast(maps)
    with full_precision(maps):
        # Without its mean, which no bin holds, a map loses nothing to rounding beside a large zero frequency.
        spectrum = torch.fft.rfft2(maps - maps.mean((-2, -1), keepdim=True), norm="ortho")
        power = torch.view_as_real(spectrum).square().sum(-1)
        return power.flatten(-2) @ bin_matrix(*maps.shape[-2:], bins, maps.device, maps.dtype)


@lru_cache(maxsize=32)
def _slope_weights(bins: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """(bins - 1,) weights whose inner product with values at the log frequencies is their least-squares slope."""
    with torch.inference_mode(False):
        centred = torch.log10(bin_frequencies(bins))
        centred = centred - centred.mean()
        return (centred / centred.square().sum()).to(device, dtype)


def spectral_slope(maps: Tensor, bins: int = 16) -> Tensor:
    """alpha of ``P(f) ~ f^-alpha``: minus the least-squares slope of ``log10(P + 1e-10)`` over ``log10 f``.

    White noise gives about 0. So does a constant map: its power is 0 and the floor is flat. A single frequency is finite
    but says nothing about a power law, for one bin stands some 12 decades above the floor: a unit cosine along one axis of
    32 x 32 pixels gives 6.4 (one period) down to -3.0 (16 periods). NaN stays NaN.

    A power is related to its bin's centre, as is usual; where the bins are wide this overstates steep spectra. Maps of
    32 x 32 pixels with true slopes 0, 1, 1.5, 2, 2.5, 3 give -.04, 1.03, 1.57, 2.12, 2.66, 3.21, with a deviation of .15
    a map.

    Args:
        maps: (..., H, W) any real.
        bins: as for ``radial_power``.

    Returns:
        (...), the slope of each map.

    Raises:
        ValueError: as ``radial_power``.

    Source:
        Field, Relations between the statistics of natural images and the response properties of cortical cells, 1987.
    """
    power = radial_power(maps, bins)
    return -(torch.log10(power + FLOOR) * _slope_weights(bins, power.device, power.dtype)).sum(-1)


def slope_penalty(alpha: Tensor, target: float = 2.0, low: float = 1.5, high: float = 2.5) -> Tensor:
    """``|alpha - target| + relu(low - alpha) + relu(alpha - high)``: twice as steep outside [low, high].

    Args:
        alpha: (...) slopes.
        target: the slope without penalty.
        low: where the steeper side below begins.
        high: where the steeper side above begins.

    Returns:
        (...), at least 0.
    """
    return (alpha - target).abs() + F.relu(low - alpha) + F.relu(alpha - high)


@LOSSES.register_module()
class SpectralSlope(MapLoss):
    """The mean over maps of ``|alpha - target| + relu(low - alpha) + relu(alpha - high)``, alpha the spectral slope.

    The two forms differ only where the power nears the floor of 1e-10, so raw maps may shrink unpunished down to there.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        bins: number of radial bins, at least 3; half of the shorter side always serves.
        target: the slope without penalty.
        low: lower end of the accepted range.
        high: upper end of the accepted range.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form, or a target outside [low, high].

    Source:
        Tolhurst, Tadmor and Chao, Amplitude spectra of natural images, 1992: power slopes of 1.6 to 3.0.
    """

    def __init__(
        self,
        output: str = "latent",
        form: Literal["raw", "scale_invariant"] = "scale_invariant",
        bins: int = 16,
        target: float = 2.0,
        low: float = 1.5,
        high: float = 2.5,
        weight: float = 1.0,
    ) -> None:
        super().__init__(output, form, weight)
        if not low <= target <= high:
            raise ValueError(f"SpectralSlope: expected low <= target <= high, got {low}, {target}, {high}.")
        self.bins = bins
        self.target = target
        self.low = low
        self.high = high

    def penalty(self, maps: Tensor) -> Tensor:
        return slope_penalty(spectral_slope(maps, self.bins), self.target, self.low, self.high)
