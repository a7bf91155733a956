"""Differentiable stroke rasterizers, and strokes as SVG."""

from .base import StrokeRenderer
from .diffvg import DiffvgRasterizer
from .rasterizer import BezierRasterizer
from .svg import SvgStrokes, strokes_to_svg, svg_canvas_size, svg_to_strokes

__all__ = [
    "BezierRasterizer",
    "DiffvgRasterizer",
    "StrokeRenderer",
    "SvgStrokes",
    "strokes_to_svg",
    "svg_canvas_size",
    "svg_to_strokes",
]
