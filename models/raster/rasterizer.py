"""The stroke rasterizer: plain PyTorch on any device, Triton kernels on CUDA."""

import torch
from torch import Tensor

from ...registry import MODELS
from .base import StrokeRenderer
from .flatten import flatten, power_basis, visible_chords
from .fusing import fusing
from .layered import draw_layers
from .opaque import OpaqueUnion
from .trace import Layout
from .triton.backend import Backend, check_backend, uses_triton
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
        backend: ``torch``; ``triton``, kernels for opaque black strokes in float32 on CUDA; ``auto``, the kernels where they can
            be used, else PyTorch.
        compiled: PyTorch's arithmetic goes through torch.compile, which takes a minute at the first drawing, needs a C++ compiler
            (on a GPU Triton), and changes the image by rounding alone.

    Raises:
        ValueError: a size or width that is not positive, an unknown backend; when drawing, ``triton`` where it cannot be used.
        ImportError: ``triton`` without Triton.
    """

    def __init__(
        self,
        canvas_size: int | tuple[int, int] = 224,
        stroke_width: float = 1.5,
        backend: Backend = "auto",
        compiled: bool = False,
    ) -> None:
        super().__init__(canvas_size, stroke_width)
        self.backend: Backend = check_backend(backend)
        self.compiled = compiled

    def render(self, points: Tensor, width: Tensor, opacity: Tensor | None, colour: Tensor | None) -> Tensor:
        """Draw; see ``StrokeRenderer.render``."""
        if uses_triton(self.backend, points, painted=opacity is not None or colour is not None):
            return self._tiled(points, width)
        with fusing(self.compiled):
            return self._traced(points, width, opacity, colour)

    def _traced(self, points: Tensor, width: Tensor, opacity: Tensor | None, colour: Tensor | None) -> Tensor:
        """By PyTorch."""
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

    def _tiled(self, points: Tensor, width: Tensor) -> Tensor:
        """By the kernels."""
        from .triton.union import TiledUnion

        if not width.numel():
            return self._blank(points, width)
        keep = torch.is_grad_enabled() and (points.requires_grad or width.requires_grad)
        return TiledUnion.apply(points, width, (self.height, self.width), keep)  # pyright: ignore[reportReturnType]

    def _blank(self, points: Tensor, *others: Tensor | None) -> Tensor:
        """White paper that hangs on everything given, so that a backward pass finds zeros."""
        channels = () if len(others) < 3 or others[2] is None else (3,)
        paper = points.new_ones(len(points), *channels, self.height, self.width)
        return paper + sum(0 * value.sum() for value in (points, *others) if value is not None)

    @staticmethod
    @torch.no_grad()
    def _windows(points: Tensor, radius: Tensor, layout: Layout, dtype: torch.dtype) -> Windows:
        chords = flatten(points, radius, layout.height, layout.width)
        chords, local = visible_chords(chords, power_basis(points), radius, layout.height, layout.width)
        return build_windows(chords, local, radius, layout.rows, layout.columns, dtype)
