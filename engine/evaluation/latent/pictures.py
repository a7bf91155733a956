"""Pictures of a latent's statistics, each with what natural images would show."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....losses.channel_covariance import channel_correlation
from ....losses.spectral_slope import bin_frequencies, radial_power, spectral_slope
from ....losses.standardize import standardize
from ..plotting import GRID, INK, colour, save, style
from .statistics import checked, rescaled

NATURAL = (1.6, 3.0)  # power slopes, Tolhurst, Tadmor and Chao 1992: amplitude slopes .8 to 1.5 over 135 photographs
NO_POWER = 1e-9
STEPS = 81  # bins of a gradient histogram
WIDEST = 8.0  # gradients drawn, in standard deviations


def power_spectra(latents: np.ndarray, path: str | Path, photographs: np.ndarray | None = None) -> Path:
    """Draw each channel's spectrum, the mean over its maps' own spectra, with the fitted slope.

    Averaging latents before the transform would cancel what differs between sentences, hence spectra are averaged.

    Args:
        latents: (N, C, H, W).
        path: of the PNG.
        photographs: (M, H, W) standardised, drawn for comparison.

    Raises:
        ValueError: as ``evaluate``.
    """
    unit = standardize(rescaled(checked(latents)))
    power, alpha = radial_power(unit).numpy(), spectral_slope(unit).mean(0).tolist()
    reference = None if photographs is None else radial_power(torch.as_tensor(photographs)).mean(0).numpy()
    with style():
        figure, panels = _grid(len(alpha), 2.9, 2.5)
        for channel, axes in enumerate(panels):
            axes.set_title(f"channel {channel}   α = {alpha[channel]:.2f}")
            axes.loglog()
            if power[:, channel].mean(0).max() < NO_POWER:
                axes.text(0.5, 0.5, "no power", transform=axes.transAxes, ha="center", color=colour(1))
            else:
                _spectrum(axes, power[:, channel], alpha[channel], reference)
        _same_limits(panels)
        figure.supxlabel("spatial frequency, cycles a pixel", fontsize=9, color=INK)
        figure.supylabel("power", fontsize=9, color=INK)
        _legend(figure, panels)
        return save(figure, path)


def _spectrum(axes: Axes, power: np.ndarray, alpha: float, reference: np.ndarray | None) -> None:
    frequency = bin_frequencies().numpy()
    mean = power.mean(0)
    anchor = np.log10(np.maximum(mean, 1e-10)).mean()
    at = np.log10(frequency)

    def line(slope: float) -> np.ndarray:
        return 10 ** (anchor - slope * (at - at.mean()))

    # Both slopes leave from the lowest frequency, so that the band opens towards fine detail.
    start = line(alpha)[0]
    low, high = (start * (frequency / frequency[0]) ** -slope for slope in NATURAL)
    axes.fill_between(frequency, high, low, color="#e9e2d0", linewidth=0, label="natural images, slopes 1.6 to 3.0")
    spread = np.quantile(power, [0.1, 0.9], axis=0)
    axes.fill_between(frequency, *spread, color=colour(0), alpha=0.18, linewidth=0, label="80 % of the maps")
    axes.plot(frequency, mean, color=colour(0), linewidth=1.6, marker="o", markersize=3, label="mean over maps")
    axes.plot(frequency, line(alpha), color=colour(1), linewidth=1.2, linestyle=(0, (5, 2)), label="fitted slope α")
    if reference is not None:
        axes.plot(frequency, reference, color=INK, linewidth=1.0, linestyle=(0, (1, 1.5)), label="photographs")


def _same_limits(panels: Sequence[Axes]) -> None:
    """What all panels share: the least range that holds every spectrum, six decades at most."""
    drawn = [axes.dataLim.intervaly for axes in panels if axes.has_data()] or [(1e-2, 1e2)]
    low, high = min(ends[0] for ends in drawn), max(ends[1] for ends in drawn)
    for axes in panels:
        axes.set_ylim(max(low, high * 1e-6) / 1.5, high * 1.5)
        axes.set_xlim(0.042, 0.53)
        axes.set_xticks([0.05, 0.1, 0.2, 0.5], labels=["0.05", "0.1", "0.2", "0.5"])
        axes.set_xticks([], minor=True)


def gradient_histograms(latents: np.ndarray, path: str | Path) -> Path:
    """Draw the density of each channel's gradients, standardised map by map, beside the Gaussian's.

    Args:
        latents: (N, C, H, W).
        path: of the PNG.

    Raises:
        ValueError: as ``evaluate``.
    """
    unit = standardize(rescaled(checked(latents)))
    pooled = torch.cat([unit.diff(dim=-1).flatten(2), unit.diff(dim=-2).flatten(2)], dim=-1)
    spread = pooled.std(-1, correction=0, keepdim=True)
    gradients = (pooled / spread.where(spread > 0, 1.0)).transpose(0, 1).flatten(1).numpy()
    with style():
        figure, panels = _grid(len(gradients), 2.9, 2.3)
        for channel, axes in enumerate(panels):
            _histogram(axes, gradients[channel])
            fourth = (gradients[channel] ** 4).mean()
            axes.set_title(f"channel {channel}   kurtosis {fourth:.1f}")
        figure.supxlabel("gradient, in standard deviations of its map", fontsize=9, color=INK)
        figure.supylabel("density", fontsize=9, color=INK)
        _legend(figure, panels)
        return save(figure, path)


def _histogram(axes: Axes, values: np.ndarray) -> None:
    edges = np.linspace(-WIDEST, WIDEST, STEPS + 1)
    density = np.histogram(values, edges)[0] / (len(values) * (edges[1] - edges[0]))
    middle = (edges[1:] + edges[:-1]) / 2
    axes.fill_between(middle, density, 1e-6, step="mid", color=colour(0), alpha=0.25, linewidth=0)
    axes.step(middle, density, where="mid", color=colour(0), linewidth=1.2, label="latents")
    normal = np.exp(-(middle**2) / 2) / np.sqrt(2 * np.pi)
    axes.plot(middle, normal, color=colour(1), linewidth=1.2, linestyle=(0, (5, 2)), label="Gaussian")
    axes.set_yscale("log")
    axes.set_ylim(1e-5, 20)
    axes.set_xlim(-WIDEST, WIDEST)


def channel_covariance(latents: np.ndarray, path: str | Path) -> Path:
    """Draw the correlation matrix of the channels, pooled over sentences and pixels, with its numbers.

    Args:
        latents: (N, C, H, W).
        path: of the PNG.

    Raises:
        ValueError: as ``evaluate``.
    """
    maps = checked(latents)
    matrix = channel_correlation(rescaled(maps), pooled=True).numpy()
    names = [f"{channel}\nvar {value:.2g}" for channel, value in enumerate(maps.var((-2, -1), correction=0).mean(0))]
    with style():
        figure = Figure(figsize=(4.9, 4.2), layout="constrained")
        axes = figure.subplots()
        drawn = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
        for row, column in np.ndindex(*matrix.shape):
            shade = "white" if abs(matrix[row, column]) > 0.6 else INK
            axes.text(
                column,
                row,
                f"{np.round(matrix[row, column], 2) + 0.0:.2f}",
                ha="center",
                va="center",
                fontsize=8,
                color=shade,
            )
        axes.set_xticks(range(len(names)), labels=names)
        axes.set_yticks(range(len(names)), labels=map(str, range(len(names))))
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xlabel("channel, and its variance")
        axes.set_ylabel("channel")
        largest = np.abs(matrix - np.diag(np.diag(matrix))).max()
        axes.set_title(f"correlation of channels   largest off-diagonal {largest:.3f}")
        figure.colorbar(drawn, ax=axes, shrink=0.8).outline.set_edgecolor(GRID)  # type: ignore[operator]
        return save(figure, path)


def _grid(panels: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Three panels a row, with shared axes."""
    columns = min(3, panels)
    rows = -(-panels // columns)
    figure = Figure(figsize=(width * columns, height * rows + 0.6), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for spare in axes[panels:]:
        spare.set_visible(False)
    return figure, list(axes[:panels])


def _legend(figure: Figure, panels: Sequence[Axes]) -> None:
    drawn = next((axes for axes in panels if axes.get_legend_handles_labels()[0]), None)
    if drawn is not None:
        handles, names = drawn.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=len(names), fontsize=8, labelcolor=INK)
