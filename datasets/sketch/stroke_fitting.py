"""Drawings of any number of lines as a fixed number of cubic strokes.

Every line begins as one cubic. Then, one stroke at a time, the piece that strays farthest from its line is cut where it strays
most, until the strokes are used up; once every piece is within the tolerance, the longest is halved. Then a line that is shorter
than the largest error of its drawing gives its stroke up to mend that error: hatching goes before the outline does. All drawings
advance together, so that a step is one batch of least-squares fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .cubic_fit import fit_cubics

EXTENT = 0.9  # the larger side of a drawing ends here, in halves of the canvas
TOLERANCE = 0.002  # halves of the canvas: a quarter of a pixel at 224
SHORTEST = 0.01  # halves of the canvas: shorter lines are dots
_POINTS = 20  # of a piece, evenly along its line
_STEPS = 3
_NOWHERE = 1e30  # the place of strokes not yet used, behind all others
_GAP = 1.0  # between lines, along the common axis of lengths
_BLOCK = 1024  # drawings at once


@dataclass(frozen=True)
class FittedDrawings:
    """Strokes of N drawings, and how well they follow the lines.

    Args:
        strokes: (N, S, 4, 2) float32 in [-0.9, 0.9], handles a little beyond; in the order of drawing.
        max_error: (N,) float32, the farthest that a point of a line lies from its stroke, in halves of the canvas.
        mean_error: (N,) float32, the mean over the points of all lines, spread evenly over the strokes.
        dropped_lines: (N,) int64, lines that no stroke draws: dots, the shortest of more than S lines, and those given up.
    """

    strokes: np.ndarray
    max_error: np.ndarray
    mean_error: np.ndarray
    dropped_lines: np.ndarray


def fit_drawings(drawings: Sequence[Sequence[np.ndarray]], num_strokes: int = 32) -> FittedDrawings:
    """Fit a fixed number of cubics to each drawing.

    Args:
        drawings: N of them, each a sequence of lines (k, 2), with at least one longer than a dot.
        num_strokes: S.

    Returns:
        the strokes, their errors and the lines that were dropped.

    Raises:
        ValueError: a drawing without a line.
    """
    blocks = [_fit(drawings[start : start + _BLOCK], num_strokes) for start in range(0, len(drawings), _BLOCK)]
    return FittedDrawings(*(np.concatenate(part) for part in zip(*blocks, strict=True)))


def placed(lines: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Lines moved to the middle of the canvas and scaled to ``EXTENT``, their aspect kept; without extent they stay a dot."""
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    scale = EXTENT / max(float((high - low).max()) / 2, 1e-9)
    return [(line - (low + high) / 2) * scale for line in lines]


def has_line(lines: Sequence[np.ndarray]) -> bool:
    """Whether anything of a drawing is longer than a dot, so that it can be fitted."""
    return bool(lines) and bool(_longest(placed(lines), 1))


def _fit(drawings: Sequence[Sequence[np.ndarray]], num_strokes: int) -> tuple[np.ndarray, ...]:
    kept, dropped = [], []
    for number, lines in enumerate(drawings):
        chosen = _longest(placed(lines), num_strokes) if lines else []
        if not chosen:
            raise ValueError(f"drawing {number} has no line longer than a dot; leave it out")
        kept.append(chosen)
        dropped.append(len(lines) - len(chosen))
    axis = _Axis.of([line for lines in kept for line in lines])
    counts = np.array([len(lines) for lines in kept])
    pieces = _Pieces(axis, counts, num_strokes)
    given_up = pieces.refine()
    cubics, errors = pieces.ordered()
    return (
        cubics.astype(np.float32),
        errors.max((1, 2)).astype(np.float32),
        errors.mean((1, 2)).astype(np.float32),
        np.array(dropped, np.int64) + given_up,
    )


def _longest(lines: list[np.ndarray], most: int) -> list[np.ndarray]:
    """The longest lines, in their order, without dots."""
    lengths = np.array([np.sqrt((np.diff(line, axis=0) ** 2).sum(1)).sum() for line in lines])
    order = np.argsort(-lengths, kind="stable")[:most]
    return [lines[i] for i in sorted(order[lengths[order] > SHORTEST].tolist())]


@dataclass(frozen=True)
class _Axis:
    """All lines one after the other along an axis of arc length, with gaps between.

    Args:
        place: (V,) of each vertex, increasing.
        x, y: (V,) of each vertex.
        begin, end: (L,) places of each line's ends.
    """

    place: np.ndarray
    x: np.ndarray
    y: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, lines: list[np.ndarray]) -> "_Axis":
        points = np.concatenate(lines)
        first = np.cumsum([0, *(len(line) for line in lines[:-1])])
        steps = np.sqrt((np.diff(points, axis=0, prepend=points[:1]) ** 2).sum(1))
        steps[first] = _GAP
        place = steps.cumsum()
        last = np.append(first[1:], len(points)) - 1
        return cls(place, points[:, 0], points[:, 1], place[first], place[last])

    def points(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """(P, K, 2), K points evenly along each piece."""
        at = self.samples(begin, end)
        return np.stack([np.interp(at, self.place, self.x), np.interp(at, self.place, self.y)], -1)

    def samples(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """(P, K) the places of these points."""
        return begin[:, None] + (end - begin)[:, None] * np.linspace(0, 1, _POINTS)

    def cut(self, begin: np.ndarray, end: np.ndarray, errors: np.ndarray) -> np.ndarray:
        """(P,) where to cut each piece: at the vertex nearest to its largest error, where corners are; else in its middle."""
        worst = np.clip(_settled(errors).argmax(1), 2, _POINTS - 3)
        at = begin + (end - begin) * worst / (_POINTS - 1)
        after = np.clip(np.searchsorted(self.place, at), 1, len(self.place) - 1)
        low, high = self.place[after - 1], self.place[after]
        vertex = np.where(_settled(at - low) <= _settled(high - at), low, high)
        margin = 0.05 * (end - begin)
        inside = (vertex > begin + margin) & (vertex < end - margin)
        at = np.where(inside, vertex, at)
        return np.where(errors.max(1) > TOLERANCE, at, (begin + end) / 2)


class _Pieces:
    """The pieces of all drawings: where they begin and end (N, S), their cubics and their errors (N, S, K).

    Args:
        axis: of all lines.
        counts: (N,) lines of each drawing, at most S.
        num_strokes: S.
    """

    def __init__(self, axis: _Axis, counts: np.ndarray, num_strokes: int) -> None:
        size = (len(counts), num_strokes)
        self.axis, self.used = axis, counts.copy()
        self.begin, self.end = np.full((2, *size), _NOWHERE)
        self.cubics, self.errors = np.zeros((*size, 4, 2)), np.full((*size, _POINTS), -1.0)
        rows = np.repeat(np.arange(len(counts)), counts)
        self._put(rows, np.arange(len(rows)) - np.repeat(counts.cumsum() - counts, counts), axis.begin, axis.end)
        self.whole = self.begin < _NOWHERE

    def refine(self) -> np.ndarray:
        """Cut until every stroke is used and no line is worth giving up; returns (N,) the lines given up."""
        num_strokes = self.begin.shape[1]
        while (self.used < num_strokes).any():
            rows = np.flatnonzero(self.used < num_strokes)
            self._cut(rows, self.used[rows])
            self.used[rows] += 1
        given_up = np.zeros(len(self.used), np.int64)
        while True:
            length = np.where(self.whole, self.end - self.begin, np.inf)
            rows = np.flatnonzero(length.min(1) < self.errors.max((1, 2)))
            if not len(rows):
                return given_up
            self._cut(rows, length[rows].argmin(1))
            given_up[rows] += 1

    def ordered(self) -> tuple[np.ndarray, np.ndarray]:
        """Cubics (N, S, 4, 2) and errors (N, S, K) in the order of drawing."""
        order = np.argsort(self.begin, axis=1)
        cubics = np.take_along_axis(self.cubics, order[..., None, None], 1)
        return cubics, np.take_along_axis(self.errors, order[..., None], 1)

    def _cut(self, rows: np.ndarray, into: np.ndarray) -> None:
        """Cut the most urgent piece of each row; its second half goes to the slot ``into``, whatever is there."""
        urgency = _urgency(self.end[rows] - self.begin[rows], self.errors[rows].max(2))
        urgency[np.arange(len(rows)), into] = -np.inf
        chosen = urgency.argmax(1)
        left, right = self.begin[rows, chosen], self.end[rows, chosen]
        middle = self.axis.cut(left, right, self.errors[rows, chosen])
        self._put(rows, chosen, left, middle)
        self._put(rows, into, middle, right)
        self.whole[rows, chosen] = self.whole[rows, into] = False

    def _put(self, rows: np.ndarray, slots: np.ndarray, begin: np.ndarray, end: np.ndarray) -> None:
        self.begin[rows, slots], self.end[rows, slots] = begin, end
        fitted = fit_cubics(self.axis.points(begin, end), _STEPS)
        self.cubics[rows, slots], self.errors[rows, slots] = fitted


def _urgency(length: np.ndarray, worst: np.ndarray) -> np.ndarray:
    """(P, S): errors above the tolerance come before lengths, which come before empty places."""
    return _settled(np.where(worst < 0, -1.0, np.where(worst > TOLERANCE, 1 + worst, length / (1 + length))))


def _settled(values: np.ndarray) -> np.ndarray:
    """Rounded, so that ties fall the same way wherever along the axis a drawing stands."""
    return np.round(values, 7)
