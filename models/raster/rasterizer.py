"""The stroke rasterizer in plain PyTorch, on any device."""

import torch
from torch import Tensor

from ...registry import MODELS
from .base import StrokeRenderer
from .flatten import flatten, power_basis, visible_chords
from .layered import draw_layers
from .opaque import OpaqueUnion
from .trace import Layout
from .windows import Windows, build_windows, window_coefficients


@MODELS.register_module()
class BezierRasterizer(StrokeRenderer):
    """Anti-aliased strokes whose edges are exact to second order, with gradients to points, widths, opacities and colours.

    Each pixel near a stroke finds the stroke's nearest point by a Newton step on the true cubic; what the edge there, taken as an
    arc, leaves of the pixel is integrated exactly to second order. Pixels that hold a stroke's end, a sharp turn, or several
    strokes are cut into 4 x 4 sub-pixels, in which the nearest stroke counts. Cost and memory follow the ink, not pixels times
    strokes.

    Opaque black strokes, the default, form a union: their order does not matter, and cutting one in two changes nothing. With
    ``opacity`` or ``colour`` they are painted in order, each over those before it, and overlaps within a stroke count once.

    Args:
        canvas_size: height and width in pixels, or (height, width).
        stroke_width: full width in pixels of strokes whose width the call does not give.
    """

    def render(self, points: Tensor, width: Tensor, opacity: Tensor | None, colour: Tensor | None) -> Tensor:
        """Draw; see ``StrokeRenderer.render``."""
        layout = Layout(len(points), points.shape[1], self.height, self.width)
        flat, radius = points.flatten(0, 1).double(), width.flatten() / 2
        windows = self._windows(flat.detach(), radius.detach().double(), layout, points.dtype)
        if not len(windows.left):
            return self._blank(points, width, opacity, colour)
        curves = window_coefficients(power_basis(flat), windows).to(points.dtype)
        own_radius = radius.index_select(0, windows.chords.stroke)
        if opacity is None and colour is None:
            return OpaqueUnion.apply(curves, own_radius, windows, layout)  # pyright: ignore[reportReturnType]
        opacity = None if opacity is None else opacity.flatten()
        ink = points.new_ones(1, len(flat)) if colour is None else 1 - colour.flatten(0, 1).t()
        image = draw_layers(curves, own_radius, windows, layout, opacity, ink)
        return image[0] if colour is None else image.transpose(0, 1)

    def _blank(self, points: Tensor, *others: Tensor | None) -> Tensor:
        """White paper that hangs on everything given, so that a backward pass finds zeros."""
        channels = () if others[-1] is None else (3,)
        paper = points.new_ones(len(points), *channels, self.height, self.width)
        return paper + sum(0 * value.sum() for value in (points, *others) if value is not None)

    @staticmethod
    @torch.no_grad()
    def _windows(points: Tensor, radius: Tensor, layout: Layout, dtype: torch.dtype) -> Windows:
        chords = flatten(points, radius, layout.height, layout.width)
        chords = visible_chords(chords, points, radius, layout.height, layout.width)
        return build_windows(chords, power_basis(points), radius, layout.rows, layout.columns, dtype)
