"""The SVG of ControlSketch: 32 paths of one cubic each, in the order of their importance."""

import math
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from .cubic_path import cubic_numbers
from .errors import SketchError

NUM_STROKES = 32
CANVAS = 512  # pixels, of the files of ControlSketch
STROKE_WIDTH = 5.0  # pixels at 512: twice diffvg's radius
# In halves of the canvas. A stroke may leave the canvas; this far from it, it is a mistake that no normalisation survives.
FARTHEST = 16.0
MAX_CHARACTERS = 1 << 20
_REMEDY = "Write the sketch again as 32 paths 'M x y C x1 y1 x2 y2 x3 y3'."
_GROUPS = ("svg", "defs", "g")


class SketchSvg(NamedTuple):
    """A sketch: strokes (32, 4, 2) float32 in [-1, 1], a little beyond allowed; stroke width in pixels; the canvas's width."""

    strokes: np.ndarray
    stroke_width: float
    canvas: float


def read_sketch_svg(text: str, where: object) -> SketchSvg:
    """Read the SVG of a ControlSketch file; everything that is not of its form is refused, nothing is guessed.

    Args:
        text: the document.
        where: the file, for messages.

    Returns:
        the strokes in the order of the file, as fractions of half the canvas from its middle.

    Raises:
        SketchError: not XML, a document type or an entity, another element, a transform, another number of paths than 32, or
            strokes that are missing or malformed, each by its number (from 1).
    """
    page = _Page(where)
    page.read(text)
    return page.sketch()


def write_sketch_svg(strokes: np.ndarray, stroke_width: float = STROKE_WIDTH, canvas: int = CANVAS) -> str:
    """The SVG of a sketch in the form of ControlSketch, its coordinates to a thousandth of a pixel.

    Args:
        strokes: (S, 4, 2), -1 the left or top edge of the canvas and 1 the right or bottom one.
        stroke_width: in pixels.
        canvas: its side in pixels.
    """
    pixels = np.round((np.asarray(strokes, np.float64) + 1) * (canvas / 2), 3).reshape(len(strokes), 8).tolist()
    style = (
        f'fill="none" stroke="rgb(0, 0, 0)" stroke-opacity="1.0" stroke-width="{stroke_width}" '
        'stroke-linecap="round" stroke-linejoin="round"'
    )
    form = f'    <path d="M %s %s C %s %s %s %s %s %s" {style}/>\n'
    return (
        f'<?xml version="1.0" ?>\n<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{canvas}" height="{canvas}">\n'
        f"  <defs/>\n  <g>\n{''.join(form % tuple(row) for row in pixels)}  </g>\n</svg>\n"
    )


class _Page:
    """Collects what expat finds of the expected form and notes, by number, the strokes that are not."""

    def __init__(self, where: object) -> None:
        self.where = where
        self.canvas = 0.0
        self.rows: list[list[float] | None] = []
        self.widths: set[float] = set()
        self.faults: list[str] = []
        self.depth = 0

    def read(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise self.error(f"an SVG of {len(text)} characters", f"at most {MAX_CHARACTERS}")
        parser = expat.ParserCreate("utf-8", "}")
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.StartDoctypeDeclHandler = self.doctype
        try:
            parser.Parse(text.encode("utf-8", "surrogatepass"), True)
        except expat.ExpatError as error:
            raise self.error(f"an SVG that is not XML ({error})", "a whole <svg> document") from error

    def doctype(self, *_) -> None:
        raise self.error("an SVG with a document type", "none: entities are not read")

    def end(self, _name: str) -> None:
        self.depth -= 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        self.depth += 1
        if "transform" in attributes or "style" in attributes:
            raise self.error(f"<{tag}> with a transform or a style", "plain coordinates and attributes")
        if (self.depth == 1) != (tag == "svg"):
            raise self.error(f"<{tag}> at depth {self.depth}", "one <svg> around everything")
        if tag == "svg":
            self.size(attributes)
        elif tag == "path":
            self.stroke(attributes)
        elif tag not in _GROUPS:
            raise self.error(f"an element <{tag}>", "paths alone, within <g>")

    def size(self, attributes: dict[str, str]) -> None:
        width, height = (_positive(attributes.get(name, "").removesuffix("px")) for name in ("width", "height"))
        if not width or width != height:
            got = f"width={attributes.get('width')!r} height={attributes.get('height')!r} of <svg>"
            raise self.error(got, "the same positive number of pixels")
        box = attributes.get("viewBox")
        if box is not None and [_positive(part) for part in box.replace(",", " ").split()] != [0, 0, width, width]:
            raise self.error(f"viewBox={box!r}", f"none, or '0 0 {width:g} {width:g}'")
        self.canvas = width

    def stroke(self, attributes: dict[str, str]) -> None:
        number = len(self.rows) + 1
        self.rows.append(None)
        try:
            self.rows[-1] = self.coordinates(attributes.get("d"))
        except ValueError as error:
            self.faults.append(f"stroke {number} has {error}")
        width = _positive(attributes.get("stroke-width", ""))
        if width:
            self.widths.add(width)
        else:
            self.faults.append(f"stroke {number} has stroke-width={attributes.get('stroke-width')!r}")

    def coordinates(self, data: str | None) -> list[float]:
        if not data or not data.strip():
            raise ValueError("no path data" if data is None else "empty path data")
        row = cubic_numbers(data)
        half = self.canvas / 2
        far = max(abs(value - half) for value in row)
        if far > FARTHEST * half:
            raise ValueError(f"a coordinate {far:g} pixels from the middle of a canvas of {self.canvas:g}")
        return row

    def sketch(self) -> SketchSvg:
        count = len(self.rows)
        faults = list(self.faults)
        if count != NUM_STROKES:
            gone = f"; strokes {count + 1} to {NUM_STROKES} are missing" if count < NUM_STROKES else ""
            faults.insert(0, f"{count} paths{gone}")
        if faults:
            more = f" (and {len(faults) - 8} more)" if len(faults) > 8 else ""
            raise self.error("; ".join(faults[:8]) + more, f"{NUM_STROKES} whole cubic strokes")
        if len(self.widths) > 1:
            raise self.error(f"stroke widths {sorted(self.widths)}", "one for all strokes")
        strokes = np.array(self.rows, np.float64).reshape(NUM_STROKES, 4, 2) * (2 / self.canvas) - 1
        return SketchSvg(strokes.astype(np.float32), self.widths.pop(), self.canvas)

    def error(self, got: str, expected: str) -> SketchError:
        return SketchError(f"{self.where} (svg_32s)", got, expected, _REMEDY)


def _positive(text: str) -> float | None:
    """A finite number of at least 0, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
