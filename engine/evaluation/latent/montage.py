"""Latents as images: channel by channel in one picture, and in colour."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..plotting import INK, save, style
from .statistics import checked

LIMIT = 2.5  # pixel values beyond this are drawn black or white
SENTENCES = 16
WRAP = 36  # letters of a sentence on a line
CELL, HEAD = 0.78, 0.3  # inches
GAP = 2  # pixels of a map
MARGIN, SMALL_MARGIN = 2.75, 0.95  # inches for the sentences, and where they are not known


def channel_montage(
    latents: np.ndarray, path: str | Path, sentences: Sequence[str] = (), photographs: np.ndarray | None = None
) -> Path:
    """Draw the first 16 latents channel by channel, their sentences at the left.

    All are drawn on one scale, -2.5 to 2.5, so that a dead latent looks dead.

    Args:
        latents: (N, C, H, W).
        path: of the PNG.
        sentences: texts of the latents, as far as known.
        photographs: (M, H, W) standardised, drawn in a column at the right.

    Raises:
        ValueError: as ``evaluate``.
    """
    maps = checked(latents)[:SENTENCES].numpy()
    heads = [f"channel {channel}" for channel in range(maps.shape[1])]
    if photographs is not None:
        beside = np.resize(photographs, (len(maps), 1, *photographs.shape[1:]))
        maps, heads = np.concatenate([maps, beside], 1), [*heads, "photos"]
    names = [sentences[row] if row < len(sentences) else f"sentence {row}" for row in range(len(maps))]
    margin = MARGIN if sentences else SMALL_MARGIN
    with style():
        figure = Figure(figsize=(margin + CELL * maps.shape[1], HEAD + CELL * len(maps)))
        left, top = margin / figure.get_figwidth(), 1 - HEAD / figure.get_figheight()
        _draw(figure.add_axes((left, 0, 1 - left, top)), maps, names, heads)
        return save(figure, path)


def _draw(axes: Axes, maps: np.ndarray, names: Sequence[str], heads: Sequence[str]) -> None:
    """All maps as one image, because an axes for each takes seconds."""
    step, middle = maps.shape[-1] + GAP, (maps.shape[-1] - 1) / 2
    # What is not a number stays white.
    padded = np.pad(maps, ((0, 0), (0, 0), (0, GAP), (0, GAP)), constant_values=np.nan)
    mosaic = padded.transpose(0, 2, 1, 3).reshape(len(maps) * step, -1)
    axes.imshow(mosaic, cmap="gray", vmin=-LIMIT, vmax=LIMIT, interpolation="nearest", aspect="auto")
    axes.set_axis_off()
    for row, name in enumerate(names):
        text = "\n".join(textwrap.wrap(name, WRAP)[:5])
        axes.text(-4, row * step + middle, text, ha="right", va="center", fontsize=7, color=INK, parse_math=False)
    for column, head in enumerate(heads):
        axes.text(column * step + middle, -3, head, ha="center", va="bottom", fontsize=7.5, fontweight="bold")


def rgb_images(latents: np.ndarray) -> np.ndarray:
    """The first three channels as red, green and blue, on the scale of the montage.

    Args:
        latents: (N, C, H, W); missing channels are grey.

    Returns:
        (N, H, W, 3) uint8.
    """
    three = np.zeros((len(latents), 3, *latents.shape[2:]))
    three[:, : min(3, latents.shape[1])] = latents[:, :3]
    scaled = (np.clip(three, -LIMIT, LIMIT) + LIMIT) / (2 * LIMIT)
    return (255 * scaled).round().astype(np.uint8).transpose(0, 2, 3, 1)
