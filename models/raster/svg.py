"""Strokes to SVG, exactly, and SVG to strokes."""

import math
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .svg_cubics import shape_cubics
from .svg_paint import differences, paint, stroke_width
from .svg_tree import Drawing

MAX_STROKES = 100_000


class SvgStrokes(NamedTuple):
    """What ``svg_to_strokes`` reads, float32: strokes (S, 4, 2), width (S,) in pixels, opacity (S,), colour (S, 3)."""

    strokes: Tensor
    width: Tensor
    opacity: Tensor
    colour: Tensor


def strokes_to_svg(
    strokes: Tensor,
    canvas_size: int | Sequence[int],
    stroke_width: float | Tensor = 1.5,
    opacity: float | Tensor = 1.0,
    colour: Sequence[float] | Tensor = (0.0, 0.0, 0.0),
) -> str:
    """An SVG document, white, one path a stroke with round ends, that ``svg_to_strokes`` reads back to the same float32 numbers.

    The origin of the view box is the middle of the canvas, so that a coordinate is the stroke's own times half the canvas:
    adding an offset would round coordinates near 0. Nine significant digits tell every float32 from its neighbours.

    Args:
        strokes: (S, 4, 2) in [-1, 1], x from left to right and y from top to bottom, each over its own extent of the canvas.
        canvas_size: pixels, or (height, width).
        stroke_width: full width in pixels, one or (S,).
        opacity: in [0, 1], one or (S,).
        colour: red, green and blue in [0, 1], one or (S, 3).

    Raises:
        ValueError: on another shape, values that are not finite, or a width, opacity or colour out of range.
    """
    height, width = _size(canvas_size)
    points = _finite("strokes", strokes, (-1, 4, 2))
    count = len(points)
    widths = _finite("stroke_width", stroke_width, (count,), 0, math.inf)
    opacities = _finite("opacity", opacity, (count,), 0, 1)
    colours = _finite("colour", colour, (count, 3), 0, 1)
    points = points * (width / 2, height / 2)
    paths = "".join(_path(*stroke) for stroke in zip(points, widths, opacities, colours))
    left, top = _number(-width / 2), _number(-height / 2)
    box = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} viewBox="{left} {top} {width} {height}">\n'
        f'<rect x="{left}" y="{top}" {box} fill="#ffffff"/>\n'
        f'<g fill="none" stroke-linecap="round" stroke-linejoin="round">\n{paths}</g>\n</svg>\n'
    )


def svg_to_strokes(source: str | Path, canvas_size: int | Sequence[int] | None = None) -> SvgStrokes:
    """Every stroked segment of an SVG document, as a cubic.

    Lines, polylines, quadratics and arcs (to a hundredth of a pixel) become cubics; shapes give their outlines; transforms,
    groups, the view box, inherited properties and simple style sheets are applied. A group's opacity multiplies that of its
    strokes. Under a transform that is no similarity a width becomes the one of equal area. Fills, dashes, gradients, text,
    images, ``<use>``, clips and masks are left out, and ends are round: one warning counts what differs.

    Args:
        source: the text of a document, or a ``pathlib.Path``. A string is never opened as a file, and nothing in a document is
            fetched or run.
        canvas_size: pixels, or (height, width), that the document is stretched to; by default its own size, see
            ``svg_canvas_size``.

    Raises:
        ValueError: not SVG, over 8 MiB, over 100,000 strokes, nested over 64 deep, numbers that are not finite, a document
            type, an entity, or a reference to another file.
    """
    _require_svgelements()
    with _naming(source):
        return _strokes(Drawing(source), canvas_size)


def _strokes(drawing: Drawing, canvas_size: int | Sequence[int] | None) -> SvgStrokes:
    height, width = _size(canvas_size) if canvas_size is not None else _rounded(drawing)
    fit = np.diag([width / drawing.width, height / drawing.height, 1.0])
    parts: list[tuple[np.ndarray, ...]] = []
    count, changed = 0, Counter()
    for shape in drawing.shapes():
        changed.update(differences(shape, drawing))
        thickness = stroke_width(shape, drawing, fit)
        if thickness is None:
            continue
        cubics = _normalised(shape_cubics(shape, drawing), fit @ shape.matrix, width, height)
        count += len(cubics)
        if count > MAX_STROKES:
            raise ValueError(f"svg: more than {MAX_STROKES} strokes; simplify the document")
        colour, opacity = paint(shape)
        parts.append((cubics, *_repeated(len(cubics), thickness, opacity, colour)))
    _warn(changed + drawing.left_out)
    return _joined(parts)


def svg_canvas_size(source: str | Path) -> tuple[int, int]:
    """(height, width) of a document in pixels at 96 dpi, rounded, at least 1."""
    with _naming(source):
        return _rounded(Drawing(source))


@contextmanager
def _naming(source: str | Path) -> Iterator[None]:
    """Where the document is a file, have every refusal name it."""
    try:
        yield
    except ValueError as error:
        if isinstance(source, str) or str(source) in str(error):
            raise
        raise ValueError(f"{source}: {error}") from error


def _require_svgelements() -> None:
    try:
        import svgelements  # noqa: F401
    except ImportError as error:
        raise ImportError('svg_to_strokes needs svgelements: pip install "stillhouse[sketch]"') from error


def _rounded(drawing: Drawing) -> tuple[int, int]:
    return max(round(drawing.height), 1), max(round(drawing.width), 1)


def _size(canvas_size: int | Sequence[int]) -> tuple[int, int]:
    size = (canvas_size, canvas_size) if isinstance(canvas_size, int) else tuple(canvas_size)
    if len(size) != 2 or not all(isinstance(side, int) and side > 0 for side in size):
        raise ValueError(
            f"svg: canvas_size={canvas_size!r}; expected a positive whole number of pixels or (height, width)"
        )
    return size[0], size[1]


def _finite(name: str, value, shape: tuple, low: float = -math.inf, high: float = math.inf) -> np.ndarray:
    """float64 of the shape, a single value repeated."""
    array = torch.as_tensor(value).detach().to("cpu", torch.float64).numpy()
    if shape[0] != -1 and array.shape == shape[1:]:
        array = np.broadcast_to(array, shape)
    if array.ndim != len(shape) or any(want not in (-1, got) for want, got in zip(shape, array.shape)):
        expected = ", ".join("S" if side == -1 else str(side) for side in shape)
        raise ValueError(
            f"svg: {name} has the shape {tuple(array.shape)}, expected ({expected}); write one sketch at a time"
        )
    if not np.isfinite(array).all() or (array < low).any() or (array > high).any():
        bounds = "finite numbers" if low == -math.inf else f"numbers in [{low}, {high}]"
        raise ValueError(f"svg: {name} holds values that are not {bounds}")
    return array


def _number(value: float) -> str:
    return f"{value:.9g}"


def _path(points: np.ndarray, width: float, opacity: float, colour: np.ndarray) -> str:
    start, first, second, end = (" ".join(_number(value) for value in point) for point in points)
    paint = f'stroke="{_colour(colour)}" stroke-width="{_number(width)}" stroke-opacity="{_number(opacity)}"'
    return f'<path d="M {start} C {first} {second} {end}" {paint}/>\n'


def _colour(colour: np.ndarray) -> str:
    """Hexadecimal where eight bits a channel say it all, per cent otherwise."""
    level = np.rint(colour * 255)
    if (np.float32(level / 255) == np.float32(colour)).all():
        return "#" + "".join(f"{int(value):02x}" for value in level)
    return "rgb(" + ", ".join(f"{_number(value * 100)}%" for value in colour) + ")"


def _normalised(cubics: np.ndarray, matrix: np.ndarray, width: int, height: int) -> np.ndarray:
    """Pixels to [-1, 1]. The offsets are joined first, so that those of a centred view box cancel exactly."""
    for row, side in enumerate((width, height)):
        matrix[row, 2] = 2 * matrix[row, 2] - side
        matrix[row, :2] *= 2
        matrix[row] /= side
    return cubics @ matrix[:2, :2].T + matrix[:2, 2]


def _warn(changed: Counter[str]) -> None:
    told = [f"{count} {what}" for what, count in sorted(changed.items()) if count]
    if told:
        warnings.warn(f"svg_to_strokes: left out or drawn otherwise: {', '.join(told)}", stacklevel=3)


def _repeated(count: int, *values) -> list[np.ndarray]:
    return [np.broadcast_to(value, (count, *np.shape(value))) for value in values]


def _joined(parts: list[tuple[np.ndarray, ...]]) -> SvgStrokes:
    none = tuple(np.zeros(shape) for shape in ((0, 4, 2), (0,), (0,), (0, 3)))
    return SvgStrokes(*(torch.tensor(np.concatenate(part), dtype=torch.float32) for part in zip(none, *parts)))
