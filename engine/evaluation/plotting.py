"""How every picture looks: one palette, quiet axes, and a file written whole."""

import os
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

DPI = 150
INK = "#22272e"
GRAY = "#8a929c"
GRID = "#e6e9ed"
# Okabe and Ito's colours, told apart with every common kind of colour vision, in an order of falling contrast on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b4c9a", "#5b6570")

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GRAY,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
}


def style():
    """A context in which figures are made and saved in the common style."""
    return rc_context(STYLE)  # pyright: ignore[reportArgumentType]


def colour(number: int) -> str:
    """The colour of the run of that number, from 0."""
    return COLOURS[number % len(COLOURS)]


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure as PNG to a temporary file and rename it to ``path``, creating the folder where it is missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    figure.savefig(temporary, format="png", dpi=DPI, facecolor="white")
    return temporary.replace(path)


def quiet(axes: Axes) -> None:
    """Horizontal grid lines only, and no tick marks."""
    axes.grid(visible=False, axis="x")
    axes.tick_params(which="both", length=0)
