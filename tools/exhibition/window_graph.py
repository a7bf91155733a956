"""Windows of CAN traffic as graphs: identifiers on a circle, and which of them an alarm is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from stillhouse.engine.evaluation.plotting import COLOURS, GRAY, INK, save, style

SIDE = 4.6  # inches
LARGEST, SMALLEST = 620.0, 40.0  # areas of nodes, in square points
SHADES = LinearSegmentedColormap.from_list("contribution", ["#d9e6ef", "#f0c9a4", COLOURS[1]])
LOUD = 0.1  # share of the largest contribution drawn, below which no identifier stands out
LABELLED = 40  # identifiers at most, beyond which labels would overlap


@dataclass(frozen=True)
class Window:
    """One window of N identifiers and E transitions.

    Args:
        title: what it is.
        can_id: (N,) the identifiers.
        frames: (N,) frames of each.
        edges: (2, E) positions of source and target.
        weight: (E,) how often each transition comes, log1p of its count.
        contributions: (N,) what each identifier adds to the score; below 0 it takes away.
    """

    title: str
    can_id: np.ndarray
    frames: np.ndarray
    edges: np.ndarray
    weight: np.ndarray
    contributions: np.ndarray


def draw_windows(windows: Sequence[Window], path: str | Path) -> Path:
    """Draw windows beside each other, their shares on one scale.

    Args:
        windows: at least one.
        path: of the PNG.
    """
    with style():
        figure = Figure(figsize=(SIDE * len(windows) + 0.7, SIDE + 0.3), layout="constrained")
        panels = figure.subplots(1, len(windows), squeeze=False)[0]
        most = max(float(window.contributions.max(initial=0.0)) for window in windows) or 1.0
        for axes, window in zip(panels, windows):
            drawn = _draw(axes, window, most)
        bar = figure.colorbar(drawn, ax=list(panels), shrink=0.6, pad=0.02)
        bar.set_label("adds to the score")
        bar.outline.set_visible(False)  # type: ignore[operator]
        return save(figure, path)


def _draw(axes: Axes, window: Window, most: float):
    at = circle(len(window.can_id))
    share = np.clip(window.contributions, 0, None)
    loudest = int(share.argmax()) if share.max(initial=0) > LOUD * most else -1
    for mine, colour, width in ((False, GRAY, 0.7), (True, COLOURS[1], 1.1)):
        _draw_edges(axes, window, at, (window.edges == loudest).any(0) == mine, colour, width)
    area = SMALLEST + (LARGEST - SMALLEST) * window.frames / max(1, window.frames.max(initial=1))
    drawn = axes.scatter(
        *at.T, s=area, c=share, cmap=SHADES, vmin=0, vmax=most, edgecolors=INK, linewidths=0.6, zorder=2
    )
    for place in range(len(at)) if len(at) <= LABELLED else ():
        x, y = 1.19 * at[place]
        weight = "bold" if place == loudest else "normal"
        axes.text(x, y, f"{window.can_id[place]:03X}", ha="center", va="center", fontsize=7, fontweight=weight)
    axes.set(xlim=(-1.35, 1.35), ylim=(-1.3, 1.3), aspect="equal", title=window.title)
    axes.set_axis_off()
    return drawn


def _draw_edges(axes: Axes, window: Window, at: np.ndarray, chosen: np.ndarray, colour: str, width: float) -> None:
    chosen = chosen & (window.edges[0] != window.edges[1])
    if not chosen.any():
        return
    lines = [arc(at[start], at[end]) for start, end in window.edges[:, chosen].T]
    alpha = np.clip(0.15 + 0.6 * window.weight[chosen] / max(float(window.weight.max()), 1e-9), 0, 0.8)
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, alpha=alpha, zorder=1))


def circle(count: int) -> np.ndarray:
    """(count, 2) places on the unit circle, clockwise from the top."""
    angle = np.pi / 2 - 2 * np.pi * np.arange(count) / max(1, count)
    return np.stack([np.cos(angle), np.sin(angle)], 1)


def arc(start: np.ndarray, end: np.ndarray, points: int = 16) -> np.ndarray:
    """(points, 2): a curve from one place to another that leans to its right, so that there and back are two lines."""
    t = np.linspace(0, 1, points)[:, None]
    way = end - start
    middle = (start + end) / 2 * 0.7 + 0.12 * np.array([way[1], -way[0]])
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
