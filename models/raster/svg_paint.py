"""Colour, opacity and width of a stroked SVG shape, and what of it is drawn otherwise than asked."""

import math
import re
from collections import Counter

import numpy as np

from .svg_cubics import shape_cubics
from .svg_tree import Drawing, Shape, fraction

_RGB_PERCENT = re.compile(r"rgba?\(\s*([\d.eE+-]+)%[\s,]+([\d.eE+-]+)%[\s,]+([\d.eE+-]+)%\s*\)")


def stroke_width(shape: Shape, drawing: Drawing, fit: np.ndarray) -> float | None:
    """Pixels of the canvas, None where nothing is stroked."""
    properties = shape.properties
    if properties["stroke"] in ("none", "transparent") or properties["visibility"] != "visible":
        return None
    fixed = properties["vector-effect"] == "non-scaling-stroke"
    matrix = fit if fixed else fit @ shape.matrix
    width = drawing.length(properties["stroke-width"]) * math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    if width < 0 or not math.isfinite(width):
        raise ValueError(
            f"svg: stroke-width {properties['stroke-width'][:40]!r} is {width} px; expected a width of 0 or more"
        )
    return width or None


def paint(shape: Shape) -> tuple[np.ndarray, float]:
    """Colour (3,) in [0, 1] and opacity; a gradient counts as black."""
    from svgelements import Color

    text, properties = shape.properties["stroke"], shape.properties
    text = properties["color"] if text.lower() == "currentcolor" else text
    opacity = shape.opacity * fraction(properties["stroke-opacity"])
    exact = _RGB_PERCENT.fullmatch(text)
    try:
        if exact:
            return np.clip([float(part) / 100 for part in exact.groups()], 0, 1), opacity
        colour = Color("black" if text.startswith("url(") else text)
        return np.array([colour.red, colour.green, colour.blue]) / 255, opacity * (colour.alpha or 0) / 255
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"svg: stroke={text[:40]!r}; expected a colour") from error


def differences(shape: Shape, drawing: Drawing) -> Counter[str]:
    """What a shape asks for that is drawn otherwise or not at all."""
    properties = shape.properties
    shown = properties["visibility"] == "visible"
    stroked = shown and properties["stroke"] != "none"
    filled = shown and properties["fill"] not in ("none", "transparent") and fraction(properties["fill-opacity"]) > 0
    return Counter(
        {
            "fills": filled and not _background(shape, drawing) and not _line(shape),
            "ends not round": stroked and properties["stroke-linecap"] != "round",
            "corners not round": stroked and properties["stroke-linejoin"] != "round",
            "dashes": stroked and properties["stroke-dasharray"] != "none",
            "gradients and patterns, drawn black": stroked and properties["stroke"].startswith("url("),
        }
    )


def _line(shape: Shape) -> bool:
    """Lines have no inside."""
    return shape.element.tag.endswith("line") and not shape.element.tag.endswith("polyline")


def _background(shape: Shape, drawing: Drawing) -> bool:
    """A white rectangle over the whole document, which the strokes are drawn on anyway."""
    if not shape.element.tag.endswith("rect") or shape.properties["fill"].lower() not in ("white", "#fff", "#ffffff"):
        return False
    corners = shape_cubics(shape, drawing).reshape(-1, 2) @ shape.matrix[:2, :2].T + shape.matrix[:2, 2]
    if not len(corners):
        return False
    covers = (corners.min(0) <= 1e-6).all() and (
        corners.max(0) >= np.array([drawing.width, drawing.height]) - 1e-6
    ).all()
    return bool(covers)
