"""How many windows of each attack, and of benign traffic, raise an alarm: the confusion of a detector, attack by attack."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from ..plotting import INK, save, style
from .tested import TestedWindows

CELL_WIDTH, CELL_HEIGHT, NAMES_WIDTH = 1.55, 0.3, 3.4
KINDS = ("benign", "unlabelled")
# Light enough for dark text at both ends: from missed to found, and from quiet to false alarms.
SHARES = LinearSegmentedColormap.from_list("shares", ["#f9e1cf", "#f4f3e9", "#93d5bf"])
FALSE = LinearSegmentedColormap.from_list("false", ["#f3f5f7", "#bfa8e0"])


@dataclass(frozen=True)
class AlarmCount:
    """Windows of one kind.

    Args:
        split: they are from.
        kind: the attack, ``benign`` or ``unlabelled``.
        windows: how many there are.
        alarms: of how many detectors, (M,), each count.
    """

    split: str
    kind: str
    windows: int
    alarms: tuple[int, ...]


def alarm_counts(subjects: Sequence[TestedWindows]) -> list[AlarmCount]:
    """Count alarms of each split's attacks, then of its benign and its unlabelled windows.

    Args:
        subjects: detectors on the same windows.
    """
    first = subjects[0]
    kind = np.where(first.label == 1, first.attack, np.where(first.label == 0, KINDS[0], KINDS[1]))
    rows = []
    for split in sorted(set(first.split.tolist())):
        of_split = first.split == split
        for name in sorted(set(kind[of_split].tolist()), key=lambda name: (name in KINDS, name)):
            chosen = of_split & (kind == name)
            alarms = tuple(int(subject.alarm[chosen].sum()) for subject in subjects)
            rows.append(AlarmCount(split, name, int(chosen.sum()), alarms))
    return rows


def draw_alarm_counts(subjects: Sequence[TestedWindows], path: str | Path) -> Path:
    """Draw the counts as a table of coloured cells: a row a kind of window, a column a detector.

    Args:
        subjects: detectors on the same windows.
        path: of the PNG.
    """
    rows = alarm_counts(subjects)
    size = (NAMES_WIDTH + CELL_WIDTH * len(subjects), CELL_HEIGHT * len(rows) + 0.9)
    with style():
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        for number, row in enumerate(rows):
            for column, alarms in enumerate(row.alarms):
                share = alarms / row.windows
                # A false-positive rate of a few per mille must be seen.
                shade = SHARES(share) if row.kind not in KINDS else FALSE(share**0.5)
                axes.fill_between(
                    [column - 0.48, column + 0.48], number - 0.45, number + 0.45, color=shade, linewidth=0
                )
                text = f"{100 * share:.1f} %  ({alarms} / {row.windows})"
                axes.text(column, number, text, ha="center", va="center", fontsize=7.5, color=INK)
        axes.set_yticks(range(len(rows)), [f"{_short(row.split)}: {row.kind}" for row in rows])
        names = [textwrap.fill(subject.name, 20) for subject in subjects]
        axes.set_xticks(range(len(subjects)), names)
        axes.xaxis.tick_top()
        axes.set_xlim(-0.5, len(subjects) - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.tick_params(which="both", length=0)
        return save(figure, path)


def _short(split: str) -> str:
    """``test_01_known_vehicle_known_attack`` as ``test_01``."""
    parts = split.split("_")
    return "_".join(parts[:2]) if len(parts) > 2 and parts[1].isdigit() else split
