"""F1 when an alarm may come a window too early or too late."""

import numpy as np


def near(marked: np.ndarray, source: np.ndarray, tolerance: int) -> np.ndarray:
    """Which windows lie within ``tolerance`` windows of a marked one of the same recording.

    Args:
        marked: (N,) bool.
        source: (N,) integers, the recording of a window; the windows of one lie together, in time.
        tolerance: at least 0.

    Returns:
        (N,) bool.

    Raises:
        ValueError: a negative tolerance.
    """
    if tolerance < 0:
        raise ValueError(f"tolerance: got {tolerance}, expected at least 0 windows, such as 1.")
    found = marked.copy()
    for step in range(1, min(tolerance, len(marked) - 1) + 1):
        together = source[step:] == source[:-step]
        found[step:] |= marked[:-step] & together
        found[:-step] |= marked[step:] & together
    return found


def tolerant_f1(alarms: np.ndarray, attack: np.ndarray, source: np.ndarray, tolerance: int = 1) -> float:
    """F1 of the attack class in which an alarm next to an attack is right, and an attack next to an alarm is found.

    A pause in the traffic shows in the window after it, and an attack that ends with a window's first frames may not show at
    all: neither is a fault that anyone would notice.

    Args:
        alarms: (N,) bool.
        attack: (N,) bool, with at least one True.
        source: see ``near``.
        tolerance: windows.

    Returns:
        In [0, 1]; 0 where nothing alarms.
    """
    if not alarms.any():
        return 0.0
    precision = float(near(attack, source, tolerance)[alarms].mean())
    recall = float(near(alarms, source, tolerance)[attack].mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
