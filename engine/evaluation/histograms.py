"""How far apart a detector's scores of benign and attack windows lie, and where its threshold cuts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .plotting import INK, colour, quiet, save, style

BINS = 60
BENIGN, ATTACK = colour(0), colour(1)


@dataclass(frozen=True)
class ScoreSample:
    """The scores of one model on one set of windows.

    Args:
        name: of the model.
        scores: (N,) higher is more suspicious.
        labels: (N,) 1 for a window with an attack, 0 for a benign one.
        threshold: a score above it is an alarm; none is drawn where None.
    """

    name: str
    scores: Sequence[float]
    labels: Sequence[int]
    threshold: float | None = None


def score_histograms(samples: Sequence[ScoreSample], path: str | Path) -> Path:
    """Draw one panel a model: counts of windows over the score, on a logarithmic axis.

    Args:
        samples: the models, from top to bottom.
        path: of the PNG.

    Returns:
        The path.

    Raises:
        ValueError: no sample, a sample without a finite score, or scores and labels of different lengths.
    """
    if not samples:
        raise ValueError("samples: got none, expected the scores of at least one model.")
    for sample in samples:
        _check(sample)
    with style():
        figure = Figure(figsize=(6.4, 0.5 + 1.9 * len(samples)), layout="constrained")
        panels = figure.subplots(len(samples), 1, squeeze=False)[:, 0]
        for axes, sample in zip(panels, samples):
            _panel(axes, sample)
        panels[-1].set_xlabel("score")
        shown = {name: patch for axes in panels for patch, name in zip(*axes.get_legend_handles_labels())}
        figure.legend(list(shown.values()), list(shown), loc="outside upper left", ncols=3)
        return save(figure, path)


def _check(sample: ScoreSample) -> None:
    if len(sample.scores) != len(sample.labels):
        raise ValueError(
            f"sample {sample.name!r}: {len(sample.scores)} scores and {len(sample.labels)} labels, "
            "expected one label a score."
        )
    if not np.isfinite(np.asarray(sample.scores, dtype=float)).any():
        raise ValueError(f"sample {sample.name!r}: holds no finite score, so there is nothing to draw.")


def _panel(axes: Axes, sample: ScoreSample) -> None:
    scores, labels = np.asarray(sample.scores, dtype=float), np.asarray(sample.labels)
    finite = np.isfinite(scores)
    edges = np.histogram_bin_edges(scores[finite], bins=BINS)
    for label, shade, name in ((0, BENIGN, "benign windows"), (1, ATTACK, "attack windows")):
        chosen = scores[finite & (labels == label)]
        axes.hist(chosen, bins=edges.tolist(), color=shade, alpha=0.35, label=name, linewidth=0)
        axes.hist(chosen, bins=edges.tolist(), color=shade, histtype="step", linewidth=1.2)
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.7)
    axes.set_ylabel("windows")
    axes.set_title(sample.name)
    axes.margins(x=0.02)
    quiet(axes)
    if sample.threshold is not None and np.isfinite(sample.threshold):
        _mark_threshold(axes, sample.threshold)


def _mark_threshold(axes: Axes, threshold: float) -> None:
    axes.axvline(threshold, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), label="threshold")
    axes.set_title(f"threshold {threshold:.4g}", loc="right", fontsize=8, fontweight="normal")
