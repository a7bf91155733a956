"""The stroked shapes of an SVG document, with inherited properties and transforms, from text that nobody vouches for."""

import math
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...datasets.errors import printable

MAX_BYTES = 8 << 20
MAX_DEPTH = 64
SHAPES = ("path", "line", "polyline", "polygon", "rect", "circle", "ellipse")
_GROUPS = ("g", "a")
_UNDRAWN = (
    "clipPath", "defs", "desc", "filter", "linearGradient", "marker", "mask", "metadata", "namedview", "pattern",
    "radialGradient", "script", "style", "symbol", "title",
)  # fmt: skip
_INHERITED = {
    "stroke": "none", "stroke-width": "1", "stroke-opacity": "1", "stroke-linecap": "butt", "stroke-linejoin": "miter",
    "stroke-dasharray": "none", "fill": "black", "fill-opacity": "1", "color": "black", "visibility": "visible",
}  # fmt: skip
_OWN = {
    "opacity": "1",
    "display": "inline",
    "vector-effect": "none",
    "clip-path": "none",
    "mask": "none",
    "filter": "none",
}
_UNITS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6}
_LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%|[a-zA-Z]*)\s*")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"\*|[a-zA-Z]*[.#]?[\w-]+")
_TRANSFORMS = re.compile(r"(?:matrix|translate[XY]?|scale[XY]?|rotate|skew[XY]?)\s*\([^()]*\)")
_ENDLESS = re.compile(r"[\d.]{65}")  # digits over which patterns of svgelements take the square of their number
_FOREIGN_URL = re.compile(r"url\(\s*['\"]?\s*(?!#)[^\s'\"#]")


@dataclass(frozen=True)
class Shape:
    """One element that may be stroked.

    Args:
        element: with its geometry attributes.
        properties: of painting, inherited ones resolved; ``opacity`` is the product over the groups around it.
        matrix: (3, 3) float64, from the element's units to pixels of the document.
    """

    element: ElementTree.Element
    properties: dict[str, str]
    opacity: float
    matrix: np.ndarray


class Drawing:
    """A parsed document: its size and its shapes.

    Args:
        source: SVG text, or a path to a file in UTF-8.

    Raises:
        ValueError: not SVG, too large, nested too deeply, with a document type, or with references to other files.
    """

    def __init__(self, source: str | Path) -> None:
        self.root = _parse(_text(source))
        self.left_out: Counter[str] = Counter()
        self.rules = self._style_sheets()
        self.view = _view_box(self.root)
        self.width, self.height = self._extent(0), self._extent(1)

    def shapes(self) -> Iterator[Shape]:
        """In the order of painting; what cannot be drawn is counted in ``left_out``."""
        properties = {**_INHERITED, **self._declared(self.root)}
        yield from self._walk(self.root, properties, 1.0, self._viewport(), 0)

    def length(self, text: str, axis: int | None = None) -> float:
        """User units of a length; a percentage is of the width (axis 0), the height (1) or the normalised diagonal."""
        sides = self.view[2:] if self.view else (self.width, self.height)
        whole = math.hypot(*sides) / math.sqrt(2) if axis is None else sides[axis]
        return length(text, whole)

    def _extent(self, axis: int) -> float:
        """Width (axis 0) or height in pixels: the attribute, else the view box."""
        name = ("width", "height")[axis]
        of_view = self.view[2 + axis] if self.view else None
        text = self.root.get(name, "100%" if of_view else "")
        if not text or (text.strip().endswith("%") and of_view is None):
            raise ValueError(f"svg: the document has neither {name} in pixels nor viewBox; add one of them")
        extent = length(text, of_view or 0)
        if not 0 < extent < math.inf:
            raise ValueError(f"svg: {name}={text[:40]!r} of the document; expected a positive length")
        return extent

    def _viewport(self) -> np.ndarray:
        from svgelements import Viewbox

        if self.view is None:
            return np.eye(3)
        aspect = self.root.get("preserveAspectRatio", "xMidYMid meet")
        return transform(Viewbox.viewbox_transform(0, 0, self.width, self.height, *self.view, aspect))

    def _walk(self, element, inherited: dict, opacity: float, matrix: np.ndarray, depth: int) -> Iterator[Shape]:
        if depth > MAX_DEPTH:
            raise ValueError(f"svg: elements are nested more than {MAX_DEPTH} deep; flatten the groups")
        for child in element:
            tag = _tag(child)
            _refuse_references(child, tag)
            if tag in _UNDRAWN or not tag:
                continue
            if tag not in _GROUPS + SHAPES:
                self.left_out[f"<{tag}>"] += 1
                continue
            declared = {**_OWN, **self._declared(child)}
            if declared["display"] == "none":
                continue
            self.left_out["clips, masks and filters"] += any(
                declared[k] != "none" for k in ("clip-path", "mask", "filter")
            )
            properties = {**inherited, **declared}
            inside = opacity * fraction(declared["opacity"])
            placed = matrix @ transform(child.get("transform", ""))
            if tag in SHAPES:
                yield Shape(child, properties, inside, placed)
            else:
                kept = {key: properties[key] for key in _INHERITED}
                yield from self._walk(child, kept, inside, placed, depth + 1)

    def _style_sheets(self) -> dict[str, dict[str, str]]:
        """Declarations by selector; the selectors read are ``*``, ``tag``, ``.class``, ``tag.class`` and ``#id``."""
        rules: dict[str, dict[str, str]] = {}
        for sheet in self.root.iter():
            if _tag(sheet) != "style":
                continue
            text = re.sub(r"/\*.*?\*/", "", sheet.text or "", flags=re.DOTALL)
            if "@import" in text or _FOREIGN_URL.search(text):
                raise ValueError(
                    "svg: a style sheet refers to another file; references outside the document are refused"
                )
            for selectors, body in _RULE.findall(text):
                for selector in selectors.split(","):
                    if _SELECTOR.fullmatch(selector.strip()):
                        rules.setdefault(selector.strip(), {}).update(_declarations(body))
                    else:
                        self.left_out["CSS rules"] += 1
        return rules

    def _declared(self, element: ElementTree.Element) -> dict[str, str]:
        """Presentation attributes, then style sheets, then the style attribute; ``inherit`` says nothing."""
        tag = _tag(element)
        found = {key: value.strip() for key, value in element.attrib.items()}
        if self.rules:
            classes = element.get("class", "").split()
            names = ["*", tag, *(f".{name}" for name in classes), *(f"{tag}.{name}" for name in classes)]
            for name in [*names, f"#{element.get('id', '')}"]:
                found.update(self.rules.get(name, {}))
        found.update(_declarations(element.get("style", "")))
        return {
            key: value
            for key, value in found.items()
            if (key in _INHERITED or key in _OWN) and value not in ("", "inherit")
        }


def length(text: str, whole: float) -> float:
    """Pixels of a CSS length at 96 dpi; a percentage is of ``whole``.

    Raises:
        ValueError: not a number with one of the units px, pt, pc, in, cm, mm, Q or %.
    """
    match = _LENGTH.fullmatch(text)
    unit = match[2].lower() if match else None
    if match is None or (unit != "%" and unit not in _UNITS):
        raise ValueError(f"svg: length {text[:40]!r}; expected a number with px, pt, pc, in, cm, mm, Q, % or no unit")
    return float(match[1]) * (whole / 100 if unit == "%" else _UNITS[match[2].lower()])


def fraction(text: str) -> float:
    """An opacity, a number or a percentage, clamped to [0, 1]."""
    return min(max(length(text, 1.0), 0.0), 1.0)


def transform(text: str) -> np.ndarray:
    """(3, 3) float64 of a transform list."""
    from svgelements import Matrix

    if not text.strip():
        return np.eye(3)
    try:
        if _TRANSFORMS.sub("", text).strip(" ,\t\r\n"):
            raise ValueError("unknown function")
        m = Matrix(text)
        matrix = np.array([[m.a, m.c, m.e], [m.b, m.d, m.f], [0, 0, 1]], float)
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"svg: transform {text[:80]!r} is not a list of SVG transforms") from error
    if not np.isfinite(matrix).all():
        raise ValueError(f"svg: transform {text[:80]!r} is not finite")
    return matrix


def _text(source: str | Path) -> str:
    """Read a file, or take the text as it is: a string is never opened as a file."""
    if isinstance(source, str):
        if "<" not in source:
            raise ValueError(f"svg: got the string {source[:80]!r}, expected SVG text; give a pathlib.Path for a file")
        size = len(source)
    else:
        size = source.stat().st_size
    if size > MAX_BYTES:
        raise ValueError(f"svg: the document has {size} bytes, at most {MAX_BYTES} are read; simplify it")
    if isinstance(source, str):
        return source
    try:
        return source.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{source}: not UTF-8 text; save the SVG as UTF-8, uncompressed") from error


def _parse(text: str) -> ElementTree.Element:
    """The root element; entities and document types, which can fetch files and multiply text, are refused unparsed."""
    for mark in ("<!DOCTYPE", "<!ENTITY", "<?xml-stylesheet"):
        if mark in text:
            raise ValueError(f"svg: the document holds {mark}, which is refused because it can pull in text; remove it")
    if endless := _ENDLESS.search(text):
        raise ValueError(f"svg: the number {endless[0][:12]}... has more than 64 digits; write it shorter")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise ValueError(f"svg: not well-formed XML: {error}") from error
    if _tag(root) != "svg":
        raise ValueError(f"svg: the root element is <{printable(_tag(root) or root.tag, 60)}>, expected <svg>")
    return root


def _tag(element: ElementTree.Element) -> str:
    """The local name, empty outside the SVG namespace."""
    if element.tag.startswith("{http://www.w3.org/2000/svg}"):
        return element.tag.partition("}")[2]
    return "" if element.tag.startswith("{") else element.tag


def _view_box(root: ElementTree.Element) -> tuple[float, float, float, float] | None:
    text = root.get("viewBox")
    if text is None:
        return None
    try:
        x, y, width, height = (float(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise ValueError(f"svg: viewBox={text[:80]!r}; expected four numbers") from error
    if not (math.isfinite(x) and math.isfinite(y) and 0 < width < math.inf and 0 < height < math.inf):
        raise ValueError(f"svg: viewBox={text[:80]!r}; expected finite numbers, width and height positive")
    return x, y, width, height


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {key.strip(): value.replace("!important", "").strip() for key, colon, value in pairs if colon}


def _refuse_references(element: ElementTree.Element, tag: str) -> None:
    for key, value in element.attrib.items():
        outside = key.rpartition("}")[2] == "href" and tag != "a" and not value.strip().startswith(("#", "data:"))
        if outside or _FOREIGN_URL.search(value):
            raise ValueError(
                f"svg: <{tag}> refers to {value[:80]!r}; references outside the document are refused, remove the element"
            )
