"""ROC and precision-recall curves of detectors, a row a split."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from ..plotting import GRAY, colour, save, style
from .ranking import operating_point, ranking_points
from .tested import TestedWindows

LOWEST_RATE = 3e-4
PANEL_WIDTH, PANEL_HEIGHT = 4.4, 2.7


def draw_ranking(subjects: Sequence[TestedWindows], path: str | Path) -> Path | None:
    """Draw ROC (its rate on a logarithmic axis) and precision-recall curves, a dot where each threshold stands.

    Args:
        subjects: detectors on the same windows, in the order of their colours.
        path: of the PNG.

    Returns:
        The path; None where no split holds windows of both classes.
    """
    splits = [split for split in dict.fromkeys(subjects[0].split.tolist()) if _both(subjects[0], split)]
    if not splits:
        return None
    with style():
        size = (2 * PANEL_WIDTH, PANEL_HEIGHT * len(splits) + 0.3 * (1 + len(subjects) // 3))
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(len(splits), 2, squeeze=False)
        for (roc, recall), split in zip(panels, splits):
            for number, subject in enumerate(subjects):
                _curves(roc, recall, subject.chosen((subject.split == split) & (subject.label >= 0)), colour(number))
            _label(roc, recall, split)
        lines = [Line2D([], [], color=colour(number), linewidth=2.5) for number in range(len(subjects))]
        names = [subject.name for subject in subjects]
        figure.legend(lines, names, loc="outside upper left", ncols=max(1, min(3, len(names))))
        return save(figure, path)


def _both(subject: TestedWindows, split: str) -> bool:
    labels = subject.label[subject.split == split]
    return bool((labels == 0).any() and (labels == 1).any())


def _curves(roc: Axes, recall: Axes, windows: TestedWindows, shade: str) -> None:
    rate, found, precision = ranking_points(windows.score, windows.label)
    rate_at, found_at, precision_at = operating_point(windows.alarm, windows.label)
    clipped = np.maximum(np.concatenate(([0.0], rate)), LOWEST_RATE)
    roc.plot(clipped, np.concatenate(([0.0], found)), color=shade, linewidth=1.6, drawstyle="steps-post")
    steps = np.concatenate((precision[:1], precision))
    recall.plot(np.concatenate(([0.0], found)), steps, color=shade, linewidth=1.6, drawstyle="steps-pre")
    _dot(roc, max(rate_at, LOWEST_RATE), found_at, shade)
    _dot(recall, found_at, precision_at, shade)


def _dot(axes: Axes, across: float, up: float, shade: str) -> None:
    axes.scatter([across], [up], color=shade, s=34, zorder=3, edgecolors="white", linewidths=0.8, clip_on=False)


def _label(roc: Axes, recall: Axes, split: str) -> None:
    rates = np.geomspace(LOWEST_RATE, 1, 50)
    roc.plot(rates, rates, color=GRAY, linewidth=1, linestyle=(0, (2, 2)))
    roc.set_xscale("log")
    roc.set_xlim(LOWEST_RATE, 1)
    roc.set_xticks([1e-3, 1e-2, 1e-1, 1], ["0.001", "0.01", "0.1", "1"])
    roc.xaxis.set_minor_locator(NullLocator())
    for axes, title, across, up in (
        (roc, f"{split}: ROC", "false-positive rate", "recall"),
        (recall, "precision and recall", "recall", "precision"),
    ):
        axes.set_title(title)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.set_ylim(0, 1.03)
        axes.tick_params(which="both", length=0)
    recall.set_xlim(0, 1.01)
