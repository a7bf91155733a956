"""What one set of latents shows: the statistics of natural images, and whether the sentences differ at all."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from ....losses.border_energy import frame_energies
from ....losses.channel_covariance import channel_correlation
from ....losses.gradient_kurtosis import gradient_kurtosis
from ....losses.spectral_slope import spectral_slope
from ....losses.standardize import standardize
from ....losses.total_variation import total_variation

FRAME = 3  # pixels of the widest frame that the border ratio looks at
FAINT = 0.05  # variance below which a map counts as dead
PERIODS = (2, 3, 4, 8)  # pixels
ROUNDING = 1e-24  # a share of the energy below which nothing but rounding is left
NEIGHBOURS = 2  # how far from a Nyquist point, in frequency steps, its neighbours lie at most


@dataclass(frozen=True)
class Evaluation:
    """The statistics of the latents of several sentences, at one moment of training.

    Attributes:
        alpha: (C,) spectral slope of each channel, the mean over its standardised maps; 2 in natural images.
        variance: (C,) spatial variance of each channel, the mean over its maps.
        tv_over_std: total variation of a map over its standard deviation, the mean over all maps; 0 for constant maps.
        kurtosis: Pearson kurtosis of the gradients, the median over all maps; 3 for Gaussian ones.
        off_diagonal: largest correlation of two channels in absolute value, pooled over sentences and pixels; means of maps
            removed.
        copied: the same within each sentence, its absolute value averaged over sentences: copies of changing sign have 1.
        faint: share of the maps whose variance is below .05, in [0, 1].
        between_share: variance over the sentences at a pixel, over the whole variance; means of maps removed, in [0, 1].
        participation_ratio: number of directions over which sentences vary, (sum l)^2 / sum l^2 over the eigenvalues l
            of the Gram matrix of the latents centred over sentences; 0 where nothing varies.
        checkerboard: energy at the highest frequencies over that of their neighbours; the largest of those at the
            corner, on either axis and around the corner.
        grid: energy of the gradients at the strongest rows or columns that are 2, 3, 4 or 8 pixels apart, over the mean.
        border: mean energy of the outer one, two or three pixels over that of the interior, whichever is furthest from 1;
            means of maps removed.
        sentences: how many there were.
    """

    alpha: tuple[float, ...]
    variance: tuple[float, ...]
    tv_over_std: float
    kurtosis: float
    off_diagonal: float
    copied: float
    faint: float
    between_share: float
    participation_ratio: float
    checkerboard: float
    grid: float
    border: float
    sentences: int

    @property
    def mean_alpha(self) -> float:
        """The mean slope over the channels."""
        return float(np.mean(self.alpha))

    def flat(self) -> dict[str, float]:
        """Every number under a name of its own: ``alpha``, ``alpha_0``, ``variance_0``, ``kurtosis``, ..."""
        found: dict[str, float] = {"alpha": self.mean_alpha}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                found |= {f"{field.name}_{channel}": item for channel, item in enumerate(value)}
            else:
                found[field.name] = float(value)
        return found


def flat_names(channels: int) -> tuple[str, ...]:
    """The names that ``Evaluation.flat`` gives for that many channels."""
    blank = Evaluation((0.0,) * channels, (0.0,) * channels, *(0,) * 11)
    return tuple(blank.flat())


def from_flat(values: dict[str, float]) -> Evaluation:
    """The evaluation that ``Evaluation.flat`` gave.

    Raises:
        KeyError: a statistic is missing.
    """
    found: dict = {}
    for field in fields(Evaluation):
        if field.name in ("alpha", "variance"):
            channels = sum(name.startswith(f"{field.name}_") for name in values)
            found[field.name] = tuple(values[f"{field.name}_{channel}"] for channel in range(channels))
        else:
            found[field.name] = values[field.name]
    return Evaluation(**{**found, "sentences": round(found["sentences"])})


def evaluate(latents: np.ndarray | Tensor) -> Evaluation:
    """Measure a set of latents.

    Args:
        latents: (N, C, H, W), one latent a sentence, N at least 2, H and W even and at least 32.

    Returns:
        The statistics, each at full precision.

    Raises:
        ValueError: another shape, fewer than two sentences, or a value that is not finite.
    """
    maps = checked(latents)
    variance = maps.var((-2, -1), correction=0)
    maps = rescaled(maps)
    unit = standardize(maps)
    return Evaluation(
        alpha=tuple(spectral_slope(unit).mean(0).tolist()),
        variance=tuple(variance.mean(0).tolist()),
        tv_over_std=float(_tv_over_std(maps).mean()),
        kurtosis=float(np.median(gradient_kurtosis(unit).numpy())),
        off_diagonal=_off_diagonal(maps),
        copied=_copied(unit),
        faint=float((variance < FAINT).double().mean()),
        between_share=between_share(maps),
        participation_ratio=participation_ratio(maps),
        checkerboard=checkerboard_ratio(unit),
        grid=grid_ratio(unit),
        border=border_ratio(unit),
        sentences=len(maps),
    )


def checked(latents: np.ndarray | Tensor) -> Tensor:
    """The latents as float64 on the CPU.

    Raises:
        ValueError: another shape than (N, C, H, W), fewer than two sentences, or a value that is not finite.
    """
    maps = torch.as_tensor(latents).detach().cpu().double()
    if maps.ndim != 4 or min(maps.shape) == 0 or min(maps.shape[2:]) < 32 or any(side % 2 for side in maps.shape[2:]):
        raise ValueError(
            f"latents: got the shape {tuple(maps.shape)}, expected (sentences, channels, height, width) with even "
            "sides of at least 32, as in (500, 6, 32, 32)."
        )
    if len(maps) < 2:
        raise ValueError("latents: got 1 sentence, expected at least 2, since most criteria compare sentences.")
    broken = (~maps.isfinite()).flatten(2).any(2)
    if broken.any():
        sentence, channel = broken.nonzero()[0].tolist()
        raise ValueError(
            f"latents: sentence {sentence}, channel {channel} holds NaN or infinity, as do {int(broken.sum()) - 1} "
            "other maps. Training has diverged: lower the learning rate, or go back to an earlier checkpoint."
        )
    return maps


def rescaled(maps: Tensor) -> Tensor:
    """All maps divided by their common root mean square, where there is any.

    Shapes do not depend on the scale; undoing it keeps small latents clear of the losses' small constants.
    """
    scale = maps.square().mean().sqrt()
    return maps / scale.where(scale > 0, 1.0)


def _tv_over_std(maps: Tensor) -> Tensor:
    std = maps.std((-2, -1), correction=0)
    # A constant map has no variation at all.
    return torch.where(std > 0, total_variation(maps) / std.clamp_min(torch.finfo(std.dtype).tiny), 0.0)


def _off_diagonal(maps: Tensor) -> float:
    correlation = channel_correlation(centred(maps), pooled=True)
    return float((correlation - torch.diag(correlation.diagonal())).abs().max())


def _copied(maps: Tensor) -> float:
    mean = channel_correlation(maps).abs().mean(0)
    return float((mean - torch.diag(mean.diagonal())).max())


def centred(maps: Tensor) -> Tensor:
    """The maps without their own means."""
    return maps - maps.mean((-2, -1), keepdim=True)


def between_share(maps: Tensor) -> float:
    """The share of the variance that lies between sentences, the means of maps removed; 0 where there is none.

    Args:
        maps: (N, C, H, W).
    """
    maps = centred(maps)
    total = maps.square().mean(0).sum()
    return float(maps.var(0, correction=0).sum() / total) if total > 0 else 0.0


def participation_ratio(maps: Tensor) -> float:
    """(sum l)^2 / sum l^2 of the eigenvalues l of the Gram matrix of the latents centred over sentences.

    Args:
        maps: (N, C, H, W); the means of maps are removed.

    Returns:
        A number in [1, N - 1]; 0 where all sentences have the same latent.
    """
    rows = centred(maps).flatten(1)
    varying = rows - rows.mean(0)
    if varying.square().sum() <= ROUNDING * rows.square().sum():
        return 0.0
    gram = varying @ varying.T
    # The trace is the sum of the eigenvalues, the squared Frobenius norm that of their squares.
    return float(gram.trace().square() / gram.square().sum())


def checkerboard_ratio(maps: Tensor) -> float:
    """How far the highest frequencies stand out from those beside them.

    The power at the corner (.5, .5) over the mean power at most two steps away from it; that at (0, .5) and (.5, 0) over
    the mean of the two points before it on the same axis, where sharp contours put their energy too; and that of all
    frequencies above .6, which a dither of changing phase fills, over that of those from .4 to .5.

    Args:
        maps: (..., H, W), each with the same weight where they are standardised.

    Returns:
        The largest of the four; about 1 in natural images, 0 for constant maps.
    """
    power = torch.fft.fft2(maps).abs().square().flatten(0, -3).mean(0)
    middle, centre = power.shape[0] // 2, power.shape[1] // 2
    near = slice(-NEIGHBOURS, NEIGHBOURS + 1)
    block = power[middle + near.start : middle + near.stop, centre + near.start : centre + near.stop]
    around = (block.sum() - power[middle, centre]) / (block.numel() - 1)
    radius = torch.hypot(torch.fft.fftfreq(len(power))[:, None], torch.fft.fftfreq(power.shape[1]))
    pairs = [
        (power[radius > 0.6].mean(), power[(radius > 0.4) & (radius < 0.5)].mean()),
        (power[middle, centre], around),
        (power[0, centre], power[0, centre - NEIGHBOURS : centre].mean()),
        (power[middle, 0], power[middle - NEIGHBOURS : middle, 0].mean()),
    ]
    floor = power.mean() * 1e-12
    return max(float(point / (beside + floor)) if point > floor else 0.0 for point, beside in pairs)


def grid_ratio(maps: Tensor) -> float:
    """How unevenly the gradients lie on rows and columns 2, 3, 4 or 8 pixels apart: blocks, stripes, upsampled maps.

    Args:
        maps: (..., H, W), each with the same weight where they are standardised.

    Returns:
        The energy of the strongest such set of rows or columns over the mean of all; 1 without a grid, 0 for constant maps.
    """
    energies = [maps.diff(dim=axis).square().transpose(-1, axis).flatten(0, -2).mean(0) for axis in (-1, -2)]
    ratios = [
        max(float(energy[offset::step].mean()) for offset in range(step)) / float(energy.mean())
        for energy in energies
        for step in PERIODS
        if energy.any()
    ]
    return max(ratios, default=0.0)


def border_ratio(maps: Tensor) -> float:
    """The mean energy of the outer one, two or three pixels over that of the interior, whichever is furthest from 1.

    Args:
        maps: (..., H, W); the mean of each is removed.

    Returns:
        About 1 where no place differs from the others, as in a field without end; 1.4 to 2.1 in small crops of photographs,
        whose slow trends leave the rim far from the mean; 0 for constant maps.
    """
    maps = centred(maps)
    if not maps.any():
        return 0.0
    ratios = frame_energies(maps, FRAME)
    return float(ratios[ratios.log().abs().argmax()])
