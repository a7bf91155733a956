"""The points of ROC and precision-recall curves."""

import numpy as np


def ranking_points(score: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """False-positive rate, recall and precision at every threshold that tells windows apart, from the highest down.

    Windows of one score alarm together.

    Args:
        score: (N,) higher is more suspicious.
        label: (N,) 0 or 1, both present.

    Returns:
        Three arrays (K,), K the number of distinct scores.
    """
    order = np.argsort(-score, kind="stable")
    ranked, attack = score[order], label[order] == 1
    last = np.append(ranked[1:] != ranked[:-1], True)
    true, false = np.cumsum(attack)[last], np.cumsum(~attack)[last]
    return false / max(int((~attack).sum()), 1), true / max(int(attack.sum()), 1), true / (true + false)


def operating_point(alarm: np.ndarray, label: np.ndarray) -> tuple[float, float, float]:
    """False-positive rate, recall and precision of the alarms; precision is 1 where nothing alarms, at the curve's end.

    Args:
        alarm: (N,) bool.
        label: (N,) 0 or 1, both present.
    """
    attack = label == 1
    precision = float(attack[alarm].mean()) if alarm.any() else 1.0
    return float(alarm[~attack].mean()), float(alarm[attack].mean()), precision
