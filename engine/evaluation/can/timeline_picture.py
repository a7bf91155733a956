"""Detection over time, beside the true episodes: a strip a detector, or the score of a single one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..episodes import find_episodes
from ..plotting import GRAY, INK, quiet, save, style
from .outcomes import OUTCOMES, outcome_rows, spans
from .tested import TestedWindows

MOST_SOURCES = 12
WIDTH = 9.2
ROW, MARGIN, SCORE_HEIGHT = 0.24, 0.62, 1.55
# Thinner than this a mark would not be seen; share of the axis.
THINNEST = 0.002


def draw_timelines(subjects: Sequence[TestedWindows], split: str, path: str | Path) -> Path:
    """Draw a split's recordings, the first ``MOST_SOURCES`` of them.

    Args:
        subjects: detectors on the same windows; of a single one the score is drawn too.
        split: which one.
        path: of the PNG.
    """
    present = set(np.unique(subjects[0].source[subjects[0].split == split]).tolist())
    sources = [name for number, name in enumerate(subjects[0].sources) if number in present][:MOST_SOURCES]
    alone = len(subjects) == 1
    height = MARGIN + (SCORE_HEIGHT if alone else ROW * (len(subjects) + 1))
    with style():
        figure = Figure(figsize=(WIDTH, height * len(sources) + 0.4), layout="constrained")
        panels = figure.subplots(len(sources), 1, squeeze=False)[:, 0]
        for axes, name in zip(panels, sources):
            windows = [subject.of_source(name) for subject in subjects]
            if alone:
                _score(axes, windows[0])
            else:
                _strips(axes, windows)
            axes.set_title(name.rpartition("/")[2])
        panels[-1].set_xlabel("seconds of traffic")
        names = ("attack", "found", "false alarm") if alone else tuple(OUTCOMES)
        patches = [Patch(color=OUTCOMES[name], alpha=0.35 if alone and name == "attack" else 1) for name in names]
        figure.legend(patches, [_word(name, alone) for name in names], loc="outside upper left", ncols=4)
        return save(figure, path)


def _word(name: str, alone: bool) -> str:
    words = {"attack": "true episode" if alone else "attack", "found": "alarm, attack", "missed": "attack, no alarm"}
    return words.get(name, name)


def _times(windows: TestedWindows) -> tuple[np.ndarray, np.ndarray]:
    start = windows.elapsed_s()
    return start, start + windows.duration_s


def _strips(axes: Axes, subjects: Sequence[TestedWindows]) -> None:
    start, end = _times(subjects[0])
    thin = THINNEST * max(float(end[-1]), 1e-9)
    _bars(axes, subjects[0].label == 1, start, end, 0, "attack", thin)
    for row, windows in enumerate(subjects, 1):
        for name, marked in outcome_rows(windows).items():
            _bars(axes, marked, start, end, row, name, thin)
    axes.set_yticks(range(len(subjects) + 1), ["attack", *(windows.name for windows in subjects)])
    axes.set_ylim(len(subjects) + 0.5, -0.5)
    axes.set_xlim(0, end[-1])
    axes.grid(visible=False)
    axes.tick_params(which="both", length=0)


def _bars(axes: Axes, marked: np.ndarray, start: np.ndarray, end: np.ndarray, row: int, name: str, thin: float) -> None:
    found = [(at, max(length, thin)) for at, length in spans(marked, start, end, thin / 2)]
    axes.broken_barh(found, (row - 0.36, 0.72), color=OUTCOMES[name], linewidth=0)


def _score(axes: Axes, windows: TestedWindows) -> None:
    start, end = _times(windows)
    episodes = find_episodes(windows.timeline)
    for first, last in zip(episodes.first.tolist(), episodes.last.tolist()):
        axes.axvspan(float(start[first]), float(end[last]), color=OUTCOMES["attack"], alpha=0.22, linewidth=0)
    axes.plot(end, windows.score, color=INK, linewidth=0.8)
    axes.axhline(windows.threshold, color=GRAY, linewidth=1, linestyle=(0, (4, 2)))
    for name, marked in outcome_rows(windows).items():
        if name != "missed":
            axes.scatter(end[marked], windows.score[marked], s=9, color=OUTCOMES[name], zorder=3, linewidths=0)
    axes.set_xlim(0, end[-1])
    axes.set_ylim(*_limits(windows))
    axes.set_ylabel("score")
    quiet(axes)


def _limits(windows: TestedWindows) -> tuple[float, float]:
    """Of the score's axis: the threshold and all but the most extreme scores."""
    finite = windows.score[np.isfinite(windows.score)]
    low, high = np.quantile(finite, [0.001, 0.995]) if len(finite) else (windows.threshold,) * 2
    low, high = min(low, windows.threshold), max(high, windows.threshold)
    room = 0.08 * max(high - low, 1e-9)
    return float(low - room), float(high + room)
