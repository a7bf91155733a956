"""Least-squares cubics through many runs of points at once.

Source: Schneider, An algorithm for automatically fitting digitized curves, Graphics Gems (1990), with free handles.
"""

import numpy as np

# Keeps the two inner points on the chord's thirds where the points do not determine them (a dot, a straight pair).
_RIDGE = 1e-4
_REACH = 0.7  # of a run's length: the longest handle; that of a half circle is 0.42


def fit_cubics(points: np.ndarray, steps: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The cubics through the first and last point of each run that lie nearest to those between, in the least-squares sense.

    No handle is longer than 0.7 of its run: free ones grow without bound where a run turns back on itself.

    Args:
        points: (P, K, 2), K >= 2, in order along each run.
        steps: further fits, each after a Newton step that moves every point's parameter towards its foot on the curve; of all
            fits of a run the one with the smallest greatest residual is kept.

    Returns:
        cubics (P, 4, 2) and the residuals (P, K): distances after another such step, at least the distances to the curve.
    """
    points = np.asarray(points, np.float64)
    time, length = chord_lengths(points)
    best = cubics = _solve(points, time, length)
    time = _nearer(points, cubics, time)
    least = _residuals(points, cubics, time)
    for _ in range(steps):
        cubics = _solve(points, time, length)
        time = _nearer(points, cubics, time)
        errors = _residuals(points, cubics, time)
        better = (errors.max(1) < least.max(1))[:, None]
        best, least = np.where(better[..., None], cubics, best), np.where(better, errors, least)
    return best, least


def chord_lengths(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(P, K) in [0, 1], how far along its run each point stands, evenly where a run has no length; and (P,) the lengths."""
    steps = np.sqrt((np.diff(points, axis=1) ** 2).sum(-1))
    along = np.concatenate([np.zeros((len(points), 1)), steps.cumsum(1)], 1)
    total = along[:, -1:]
    even = np.broadcast_to(np.linspace(0, 1, points.shape[1]), along.shape)
    return np.where(total > 1e-12, along / np.maximum(total, 1e-12), even), total[:, 0]


def bernstein(time: np.ndarray) -> np.ndarray:
    """(..., 4) the cubic Bernstein polynomials at times of any shape."""
    rest = 1 - time
    return np.stack([rest**3, 3 * time * rest**2, 3 * time**2 * rest, time**3], -1)


def curve_points(cubics: np.ndarray, time: np.ndarray) -> np.ndarray:
    """(P, K, 2) of cubics (P, 4, 2) at times (P, K) or (K,)."""
    return bernstein(np.asarray(time, np.float64)) @ cubics


def _residuals(points: np.ndarray, cubics: np.ndarray, time: np.ndarray) -> np.ndarray:
    return np.sqrt(((curve_points(cubics, time) - points) ** 2).sum(-1))


def _solve(points: np.ndarray, time: np.ndarray, length: np.ndarray) -> np.ndarray:
    weights = bernstein(time)
    ends = points[:, [0, -1]]
    inner, outer = weights[..., 1:3], weights[..., [0, 3]]
    thirds = np.array([[2 / 3, 1 / 3], [1 / 3, 2 / 3]]) @ ends
    matrix = inner.transpose(0, 2, 1) @ inner + _RIDGE * np.eye(2)
    right = inner.transpose(0, 2, 1) @ (points - outer @ ends) + _RIDGE * thirds
    handles = np.linalg.solve(matrix, right) - ends
    reach = np.sqrt((handles**2).sum(-1, keepdims=True))
    handles *= np.minimum(1, _REACH * length[:, None, None] / np.maximum(reach, 1e-12))
    return np.stack([ends[:, 0], ends[:, 0] + handles[:, 0], ends[:, 1] + handles[:, 1], ends[:, 1]], 1)


def _nearer(points: np.ndarray, cubics: np.ndarray, time: np.ndarray) -> np.ndarray:
    """One Newton step of each parameter towards the foot of its point; the order along the run is kept."""
    gap = curve_points(cubics, time) - points
    first, second = 3 * np.diff(cubics, axis=1), 6 * np.diff(cubics, 2, axis=1)
    rest = 1 - time
    slope = np.stack([rest**2, 2 * time * rest, time**2], -1) @ first
    bend = np.stack([rest, time], -1) @ second
    change = (gap * slope).sum(-1)
    rate = (slope * slope).sum(-1) + (gap * bend).sum(-1)
    moved = np.where(rate > 1e-9, time - change / np.maximum(rate, 1e-9), time)
    moved = np.maximum.accumulate(np.clip(moved, 0, 1), axis=1)
    moved[:, 0], moved[:, -1] = 0, 1
    return moved
