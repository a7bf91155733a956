"""Which sentences lie close together as latents, and what lies between two of them."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ....losses.spectral_slope import spectral_slope
from ..plotting import INK, save, style
from .correlation import correlations
from .montage import LIMIT, rgb_images
from .statistics import checked

LONGEST = 120  # letters of a sentence in a title


def nearest_sentences(
    latents: np.ndarray, others: np.ndarray, sentences: Sequence[str], count: int = 5
) -> list[list[tuple[str, float]]]:
    """For each latent the sentences of the others that correlate most with it, the nearest first.

    Args:
        latents: (N, C, H, W).
        others: (M, C, H, W).
        sentences: texts of the others, (M,).
        count: sentences a latent, M at most.
    """
    found = correlations(latents, others)
    order = np.argsort(-found, axis=1, kind="stable")[:, :count]
    return [[(sentences[int(column)], float(row[column])) for column in best] for row, best in zip(found, order)]


def interpolate(first: np.ndarray, second: np.ndarray, steps: int) -> np.ndarray:
    """Latents on the great circle from one to another, map by map; their norms go linearly.

    A straight line would lose variance half-way: two independent maps of variance 1 average to one of 1/2.

    Args:
        first, second: (C, H, W).
        steps: latents, the two ends included; at least 2.

    Returns:
        (steps, C, H, W) float64.

    Raises:
        ValueError: fewer than two steps.

    Source: Shoemake, Animating Rotation with Quaternion Curves (1985).
    """
    if steps < 2:
        raise ValueError(f"steps: got {steps}, expected at least 2, the two sentences themselves")
    share = np.linspace(0, 1, steps)[:, None, None, None]
    norms = [np.linalg.norm(one, axis=(-2, -1), keepdims=True) for one in (first, second)]
    units = [np.divide(one, norm, out=np.zeros(one.shape), where=norm > 0) for one, norm in zip((first, second), norms)]
    angle = np.arccos(np.clip((units[0] * units[1]).sum((-2, -1), keepdims=True), -1, 1))
    # Where the ends coincide, or oppose each other, the great circle is not defined and the line is taken.
    curved = np.sin(angle) > 1e-6
    sine = np.where(curved, np.sin(angle), 1)
    weights = [np.where(curved, np.sin(part * angle) / sine, part) for part in (1 - share, share)]
    direction = weights[0] * units[0] + weights[1] * units[1]
    return direction * ((1 - share) * norms[0] + share * norms[1])


def draw_strip(latents: np.ndarray, path: str | Path, first: str, second: str, nearest: Sequence[str]) -> Path:
    """Draw interpolated latents from left to right: in colour, then each channel; below, the slope and the nearest sentence.

    Args:
        latents: (steps, C, H, W).
        path: of the PNG.
        first, second: the sentences at the ends.
        nearest: the nearest known sentence of each step.
    """
    maps = checked(latents)
    steps, channels = maps.shape[:2]
    slopes = spectral_slope(maps).mean(1).tolist()
    coloured = rgb_images(latents)
    with style():
        figure = Figure(figsize=(1.25 * steps, 1.25 * (channels + 1) + 1.4), layout="constrained")
        grid = figure.subplots(channels + 1, steps, squeeze=False)
        for column in range(steps):
            grid[0][column].imshow(coloured[column], interpolation="nearest")
            for channel in range(channels):
                image = maps[column, channel].numpy()
                grid[channel + 1][column].imshow(image, cmap="gray", vmin=-LIMIT, vmax=LIMIT, interpolation="nearest")
            grid[0][column].set_title(f"alpha {slopes[column]:.2f}", fontsize=7.5)
            grid[-1][column].text(
                0.5, -0.06, _wrapped(nearest[column]), transform=grid[-1][column].transAxes, ha="center", va="top",
                fontsize=5.5, color=INK, parse_math=False,
            )  # fmt: skip
        for axes in grid.flat:
            axes.set_axis_off()
        title = f"from: {_short(first)}\nto: {_short(second)}"
        figure.suptitle(title, fontsize=9, ha="left", x=0.01, color=INK, parse_math=False)
        return save(figure, path)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1] + "…"


def _wrapped(sentence: str, width: int = 24) -> str:
    return "\n".join(textwrap.wrap(sentence, width)[:5])
