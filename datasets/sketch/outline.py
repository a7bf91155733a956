"""Lines, arcs and curves that shapes are drawn of, each with the number of strokes that draw it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

POINTS = 8  # chords a stroke


@dataclass(frozen=True)
class Section:
    """A smooth piece of an outline.

    Args:
        points: (K, 2), x to the right and y down.
        strokes: how many strokes draw it, of equal length.
    """

    points: np.ndarray
    strokes: int

    def runs(self) -> np.ndarray:
        """(strokes, POINTS + 1, 2): the section cut by arc length, neighbours sharing their end."""
        steps = np.sqrt((np.diff(self.points, axis=0) ** 2).sum(1))
        along = np.concatenate([[0.0], steps.cumsum()])
        wanted = np.linspace(0, along[-1], self.strokes * POINTS + 1)
        even = np.stack([np.interp(wanted, along, self.points[:, axis]) for axis in (0, 1)], 1)
        first = np.arange(self.strokes)[:, None] * POINTS
        return even[first + np.arange(POINTS + 1)]


@dataclass(frozen=True)
class Part:
    """Sections that follow one another.

    Args:
        sections: in the order of drawing.
        filled: whether they enclose a face of the object; otherwise they are lines on it.
    """

    sections: Sequence[Section]
    filled: bool = True

    def points(self) -> np.ndarray:
        """(K, 2) of all sections."""
        return np.concatenate([section.points for section in self.sections])

    def moved(self, matrix: np.ndarray, shift: np.ndarray) -> "Part":
        """The part with every point p at matrix @ p + shift."""
        moved = [Section(section.points @ matrix.T + shift, section.strokes) for section in self.sections]
        return Part(moved, self.filled)


def lines(vertices: ArrayLike, counts: Sequence[int], closed: bool = False) -> list[Section]:
    """Straight sections between vertices (n, 2), with a count each: n - 1 of them, or n where the outline is closed."""
    points = np.asarray(vertices, float)
    starts, ends = (points, np.roll(points, -1, 0)) if closed else (points[:-1], points[1:])
    steps = np.linspace(0, 1, 9)[:, None]
    return [Section(a + (b - a) * steps, count) for a, b, count in zip(starts, ends, counts, strict=True)]


def box(left: float, top: float, right: float, bottom: float, counts: Sequence[int]) -> list[Section]:
    """A rectangle from its upper left corner, clockwise, with counts of its four sides."""
    return lines([(left, top), (right, top), (right, bottom), (left, bottom)], counts, closed=True)


def arc(x: float, y: float, rx: float, ry: float, begin: float, end: float, strokes: int) -> Section:
    """A piece of an ellipse; degrees run from the right, 0, through the bottom, 90."""
    angle = np.radians(np.linspace(begin, end, 12 * strokes + 1))
    return Section(np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1), strokes)


def ellipse(x: float, y: float, rx: float, ry: float, strokes: int) -> Section:
    """A whole ellipse from its top, clockwise."""
    return arc(x, y, rx, ry, -90, 270, strokes)


def curve(vertices: ArrayLike, strokes: int, closed: bool = False) -> Section:
    """A smooth curve through vertices (n, 2): uniform Catmull-Rom, which a closed one joins without a corner."""
    points = np.asarray(vertices, float)
    if closed:
        points = np.concatenate([points[-1:], points, points[:2]])
    else:
        points = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, here, there, after = points[:-3], points[1:-2], points[2:-1], points[3:]
    t = np.linspace(0, 1, 12, endpoint=False)[:, None, None]
    found = here + 0.5 * t * (
        there - before
        + t * (2 * before - 5 * here + 4 * there - after + t * (3 * (here - there) + after - before))
    )  # fmt: skip
    return Section(np.concatenate([found.transpose(1, 0, 2).reshape(-1, 2), there[-1:]]), strokes)


def mirrored(section: Section) -> Section:
    """The same section on the other side of x = 0."""
    return Section(section.points * (-1, 1), section.strokes)


def other_half(section: Section) -> Section:
    """The section mirrored at x = 0 and drawn back, so that it closes a symmetric outline."""
    return mirrored(Section(section.points[::-1], section.strokes))
