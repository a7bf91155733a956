"""The cubics of an SVG shape: lines and quadratics raised exactly, arcs approximated to a hundredth of a pixel."""

import math
import re
from collections.abc import Iterator

import numpy as np

from .svg_tree import Drawing, Shape

ARC_TOLERANCE = 0.01  # px
_QUARTER_ERROR = 2.73e-4  # of the radius: the farthest a cubic strays from a quarter circle
_MOST_PIECES = 256
_MOST_CHARACTERS = 2 << 20
_SAME = 1e-9  # of a circle's coordinates: how far its outline may end from where it began
_PATH_DATA = re.compile(r"[MmZzLlHhVvCcSsQqTtAa0-9eE+\-.,\s]*")
_GEOMETRY = {
    "line": ("x1", "y1", "x2", "y2"),
    "rect": ("x", "y", "width", "height", "rx", "ry"),
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
}


def shape_cubics(shape: Shape, drawing: Drawing) -> np.ndarray:
    """(S, 4, 2) float64, the cubics of a shape in its own units, in drawing order.

    A line P, Q becomes P, (2P + Q)/3, (P + 2Q)/3, Q; a quadratic is raised in the same way; both are exact. An arc is cut so
    that its cubics stay within ``ARC_TOLERANCE`` pixels of it.

    Raises:
        ValueError: coordinates that are not numbers or not finite.
    """
    tag = shape.element.tag.rpartition("}")[2]
    try:
        pieces = list(_pieces(_segments(shape, drawing, tag), _scale(shape.matrix)))
    except (ValueError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"svg: <{tag}> cannot be read: {_reason(error)}") from error
    cubics = np.array(pieces, float).reshape(-1, 4, 2)
    if not np.isfinite(cubics).all():
        raise ValueError(f"svg: <{tag}> cannot be read: a coordinate is infinite or not a number")
    return cubics


def _reason(error: Exception) -> str:
    """What a check of ours says; the parser's own errors are accidents without words."""
    told = str(error).removeprefix("svg: ") if isinstance(error, ValueError) else ""
    return told or "its data is malformed or ends within a command"


def _scale(matrix: np.ndarray) -> float:
    """The largest stretch of a matrix."""
    return float(np.linalg.norm(matrix[:2, :2], 2))


def _segments(shape: Shape, drawing: Drawing, tag: str) -> list:
    """svgelements' segments of any shape, untransformed."""
    import svgelements

    element = shape.element
    if tag == "path":
        return list(svgelements.Path(_path_data(element.get("d", ""))))
    if tag in ("polyline", "polygon"):
        kind = {"polyline": svgelements.Polyline, "polygon": svgelements.Polygon}[tag]
        return list(kind({"points": _bounded(element.get("points", ""))}).segments(transformed=False))
    kind = {"line": svgelements.SimpleLine, "rect": svgelements.Rect, "circle": svgelements.Circle}.get(
        tag, svgelements.Ellipse
    )
    values = {name: _length(element, name, drawing) for name in _GEOMETRY[tag] if element.get(name, "auto") != "auto"}
    return list(kind(values).segments(transformed=False))


def _length(element, name: str, drawing: Drawing) -> float:
    if name == "r":
        return drawing.length(element.get(name))
    return drawing.length(element.get(name), axis=int("y" in name or name == "height"))


def _path_data(text: str) -> str:
    """Path data that starts with a move and holds nothing foreign: the parser would silently stop there."""
    if not _PATH_DATA.fullmatch(_bounded(text)):
        stop = _PATH_DATA.match(text)
        at = stop.end() if stop else 0
        raise ValueError(f"path data holds {text[at : at + 20]!r} at character {at}")
    if text.strip() and text.strip()[0] not in "Mm":
        raise ValueError(f"path data starts with {text.strip()[:10]!r}, expected a move (M or m)")
    return text


def _bounded(text: str) -> str:
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"its data has {len(text)} characters, at most {_MOST_CHARACTERS} are read; split it")
    return text


def _pieces(segments: list, scale: float) -> Iterator[list]:
    """Four points a cubic. A closing line of length 0 is drawn only where it is all there is: a dot."""
    from svgelements import Arc, Close, CubicBezier, Move, QuadraticBezier

    drawn = False
    for segment in segments:
        if isinstance(segment, Move):
            drawn = False
            continue
        start, end = _point(segment.start), _point(segment.end)
        if (
            isinstance(segment, Close)
            and drawn
            and math.dist(start, end) <= _SAME * (math.hypot(*start) + math.hypot(*end))
        ):
            continue
        drawn = True
        if isinstance(segment, CubicBezier):
            yield [start, _point(segment.control1), _point(segment.control2), end]
        elif isinstance(segment, QuadraticBezier):
            control = _point(segment.control)
            yield [start, _towards(start, control), _towards(end, control), end]
        elif isinstance(segment, Arc) and start != end and segment.sweep:
            yield from _arc(segment, scale)
        else:
            yield [start, _towards(start, end, 1 / 3), _towards(end, start, 1 / 3), end]


def _arc(arc, scale: float) -> Iterator[list]:
    """Cubics of an elliptical arc, with handles of 4/3 tan(angle / 4); their error falls with the sixth power of the angle."""
    quarters = abs(arc.sweep) / (math.pi / 2)
    finer = (max(arc.rx, arc.ry) * scale * _QUARTER_ERROR / ARC_TOLERANCE) ** (1 / 6)
    pieces = min(max(math.ceil(quarters * max(finer, 1) - 1e-9), 1), _MOST_PIECES)
    turn = arc.get_rotation()
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]) * [[arc.rx], [arc.ry]]
    angle = arc.get_start_t() + np.linspace(0, arc.sweep, pieces + 1)[:, None]
    points = _point(arc.center) + np.cos(angle) * axes[0] + np.sin(angle) * axes[1]
    handles = (np.cos(angle) * axes[1] - np.sin(angle) * axes[0]) * (4 / 3 * math.tan(arc.sweep / pieces / 4))
    points[0], points[-1] = _point(arc.start), _point(arc.end)
    yield from np.stack(
        [points[:-1], points[:-1] + handles[:-1], points[1:] - handles[1:], points[1:]], axis=1
    ).tolist()


def _point(point) -> tuple[float, float]:
    return float(point.x), float(point.y)


def _towards(start: tuple, end: tuple, part: float = 2 / 3) -> tuple[float, float]:
    return tuple(a + (b - a) * part for a, b in zip(start, end))  # pyright: ignore[reportReturnType]
