"""One picture of several runs: training losses and validation metrics over the iterations."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, MaxNLocator

from ...registry import nearest
from .plotting import INK, colour, quiet, save, style
from .scalars import Curve, RunCurves, read_curves

__all__ = ["RunCurves", "plot_curves", "read_curves"]

PANEL_WIDTH, PANEL_HEIGHT = 3.1, 2.1
MOST_COLUMNS = 4
# A loss that falls by more than this factor is drawn over a logarithmic axis.
LOG_FACTOR = 30.0
# Up to this many points a curve shows each of them.
FEW_POINTS = 25


def plot_curves(runs: Sequence[RunCurves], path: str | Path, names: Sequence[str] | None = None) -> Path:
    """Draw the curves, one panel a loss or metric and one colour a run.

    Args:
        runs: read by ``read_curves``.
        path: of the PNG.
        names: losses and metrics to draw, by full name or by last part; where None, all but those of a group
            (``prefix/group/name``).

    Returns:
        The path.

    Raises:
        ValueError: there is nothing to draw, or a name that no run has logged.
    """
    losses = _chosen([name for run in runs for name in run.losses], names)
    metrics = _chosen([name for run in runs for name in run.metrics], names)
    _refuse_unknown(runs, names)
    if not losses and not metrics:
        raise ValueError("no run has logged a loss or a metric yet. Let the runs log at least once, then draw again.")
    with style():
        figure = Figure(layout="constrained")
        panels = _panels(figure, len(losses), len(metrics))
        drawn = [(name, [run.losses.get(name) for run in runs]) for name in losses]
        drawn += [(name, [run.metrics.get(name) for run in runs]) for name in metrics]
        last = max(curve[0][-1] for _, curves in drawn for curve in curves if curve is not None)
        for axes, (name, curves) in zip(panels, drawn):
            _panel(axes, name, curves, last)
        figure.supxlabel("iteration", fontsize=9, color=INK)
        _legend(figure, [run.name for run in runs])
        return save(figure, path)


def _chosen(known: list[str], names: Sequence[str] | None) -> list[str]:
    known = list(dict.fromkeys(known))
    if names is None:
        return [name for name in known if name.count("/") < 2]
    return [name for name in known if name in names or name.rpartition("/")[2] in names]


def _refuse_unknown(runs: Sequence[RunCurves], names: Sequence[str] | None) -> None:
    known = list(dict.fromkeys(name for run in runs for name in (*run.losses, *run.metrics)))
    for name in names or ():
        if not _chosen(known, [name]):
            near = nearest(name, known)
            hint = f"Did you mean {near[0]!r}?" if near else f"They have: {', '.join(known) or 'nothing'}."
            raise ValueError(f"names: no run has logged {name!r}. {hint}")


def _panels(figure: Figure, losses: int, metrics: int) -> list[Axes]:
    """Panels in rows, the losses first; the metrics begin a row of their own unless one row holds everything."""
    one_row = losses + metrics <= MOST_COLUMNS
    columns = losses + metrics if one_row else min(max(losses, metrics), MOST_COLUMNS)
    first_metric = losses if one_row else math.ceil(losses / columns) * columns
    cells = [divmod(number, columns) for number in (*range(losses), *range(first_metric, first_metric + metrics))]
    rows = cells[-1][0] + 1
    figure.set_size_inches(PANEL_WIDTH * columns, PANEL_HEIGHT * rows + 0.6)
    grid = figure.add_gridspec(rows, columns)
    return [figure.add_subplot(grid[row, column]) for row, column in cells]


def _panel(axes: Axes, name: str, curves: list[Curve | None], last: float) -> None:
    for number, curve in enumerate(curves):
        if curve is not None:
            marker = "o" if len(curve[0]) <= FEW_POINTS else None
            axes.plot(*curve, color=colour(number), linewidth=1.4, marker=marker, markersize=3, alpha=0.9)
    axes.set_title(name)
    axes.set_xlim(0, max(last, 1) * 1.03)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    if _spans_decades([curve[1] for curve in curves if curve is not None]):
        axes.set_yscale("log")
    quiet(axes)


def _spans_decades(curves: list[list[float]]) -> bool:
    values = [value for curve in curves for value in curve if math.isfinite(value)]
    return bool(values) and min(values) > 0 and max(values) / min(values) > LOG_FACTOR


def _legend(figure: Figure, names: list[str]) -> None:
    handles = [Line2D([], [], color=colour(number), linewidth=2.5) for number in range(len(names))]
    entry_width = 0.7 + 0.085 * max(map(len, names))
    columns = max(1, min(len(names), int(figure.get_figwidth() / entry_width)))
    for text in figure.legend(handles, names, loc="outside upper left", ncols=columns).get_texts():
        text.set_parse_math(False)
