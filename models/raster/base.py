"""What every stroke renderer promises: one call, one set of units, one set of errors."""

import torch
from torch import Tensor, nn

from .uncompiled import uncompiled
from .validation import check_canvas, check_per_stroke, check_stroke_width, check_strokes

MAX_WIDTH = 1e5


class StrokeRenderer(nn.Module):
    """Strokes in [-1, 1] to an image; a backend implements ``render``.

    A stroke is a cubic Bezier curve, or a line, drawn with a round pen. Along each axis the canvas runs from -1 (left, top edge)
    to 1 (right, bottom edge), each to its own extent: x_px = (x + 1) / 2 * width, y_px = (y + 1) / 2 * height. On a canvas that
    is not square a unit of x and a unit of y are therefore different numbers of pixels. Pixel (row i, column j) is the square
    [j, j + 1] x [i, i + 1]. Widths are full widths (not radii) in pixels, the same along both axes.

    Args:
        canvas_size: height and width in pixels, or (height, width).
        stroke_width: the width of strokes whose width the call does not give, in pixels.

    Raises:
        ValueError: a size or width that is not positive.
    """

    def __init__(self, canvas_size: int | tuple[int, int] = 224, stroke_width: float = 1.5) -> None:
        super().__init__()
        self.height, self.width = check_canvas(canvas_size)
        self.stroke_width = check_stroke_width(stroke_width)

    @uncompiled
    def forward(
        self,
        strokes: Tensor,
        width: Tensor | float | None = None,
        opacity: Tensor | float | None = None,
        colour: Tensor | None = None,
    ) -> Tensor:
        """Draw.

        Args:
            strokes: cubics (B, S, 4, 2) or lines (B, S, 2, 2); (x, y) in [-1, 1], what lies outside is cut off.
            width: (B, S), or one value, in pixels, at least 0; ``stroke_width`` where absent.
            opacity: (B, S), or one value, in [0, 1]; 1 where absent.
            colour: (B, S, 3) in [0, 1]; later strokes lie on top. Black where absent.

        Returns:
            (B, H, W), or with ``colour`` (B, 3, H, W), in [0, 1], white 1; float64 for float64 strokes, else float32.
            Differentiable with respect to every tensor given.

        Raises:
            TypeError: strokes that are not floating point.
            ValueError: a shape, or a value that is not finite or out of range, naming batch and stroke.
        """
        check_strokes(strokes)
        strokes = strokes.to(torch.promote_types(strokes.dtype, torch.float32))
        points = self._pixels(cubics(strokes))
        width = self.stroke_width if width is None else width
        full_width = check_per_stroke("width", torch.as_tensor(width), points, 0, MAX_WIDTH)
        if opacity is not None:
            opacity = check_per_stroke("opacity", torch.as_tensor(opacity), points, 0, 1)
        if colour is not None:
            colour = check_per_stroke("colour", colour, points, 0, 1, channels=3)
        return self.render(points, full_width, opacity, colour)

    def render(self, points: Tensor, width: Tensor, opacity: Tensor | None, colour: Tensor | None) -> Tensor:
        """What a backend does.

        Args:
            points: control points (B, S, 4, 2) in pixels, float32 or float64, checked.
            width: (B, S) in pixels.
            opacity: (B, S), or nothing for opaque strokes.
            colour: (B, S, 3), or nothing for black.

        Returns:
            (B, H, W), or with ``colour`` (B, 3, H, W).
        """
        raise TypeError(f"{type(self).__name__} does not define render(points, width, opacity, colour)")

    def _pixels(self, strokes: Tensor) -> Tensor:
        """From [-1, 1] to pixels, each axis to its own extent."""
        return (strokes + 1) * strokes.new_tensor([self.width / 2, self.height / 2])


def cubics(strokes: Tensor) -> Tensor:
    """Lines (B, S, 2, 2) as cubics (B, S, 4, 2), exactly, by degree elevation; cubics as they are."""
    if strokes.shape[2] == 4:
        return strokes
    start, end = strokes[:, :, :1], strokes[:, :, 1:]
    return torch.cat([start, (2 * start + end) / 3, (start + 2 * end) / 3, end], dim=2)
