"""What became of each window, and how outcomes are coloured."""

import numpy as np

from ..plotting import COLOURS
from .tested import TestedWindows

# Named once: every picture of a report uses the same colours for the same thing.
OUTCOMES = {"attack": COLOURS[1], "found": COLOURS[2], "missed": "#c3cad2", "false alarm": COLOURS[6]}


def outcome_rows(windows: TestedWindows) -> dict[str, np.ndarray]:
    """Outcome -> (N,) bool: alarms on attacks are found, others false; an alarm in an unlabelled window is neither."""
    attack, alarm = windows.label == 1, windows.alarm
    return {"found": attack & alarm, "missed": attack & ~alarm, "false alarm": (windows.label == 0) & alarm}


def spans(marked: np.ndarray, start: np.ndarray, end: np.ndarray, pause: float) -> list[tuple[float, float]]:
    """Start and length of the stretches that marked windows cover, drawn as one where they follow each other or are close.

    Args:
        marked: (N,) bool.
        start, end: (N,) of each window, start not decreasing.
        pause: stretches no farther apart than this are joined; at least 0, in the same unit.
    """
    rows = np.flatnonzero(marked)
    if not len(rows):
        return []
    cut = np.flatnonzero((np.diff(rows) > 1) & (start[rows[1:]] - end[rows[:-1]] > pause))
    first, last = rows[np.append(0, cut + 1)], rows[np.append(cut, len(rows) - 1)]
    return [(float(start[a]), float(max(end[b] - start[a], 0.0))) for a, b in zip(first, last)]
