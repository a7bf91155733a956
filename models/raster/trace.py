"""From windows to feet, in bounded pieces, and which pixels one straight edge describes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .feet import Feet, box_reach, find_feet
from .flatten import PIXEL_REACH, WINDOW
from .fusing import fusible
from .windows import Windows, candidates

_WINDOWS_A_PIECE = 8192


@dataclass(frozen=True)
class Layout:
    """Where pixels lie: B canvases, padded to whole windows, one behind the other.

    Attributes:
        batch: B.
        strokes: S.
        height: of the canvas.
        width: of the canvas.
    """

    batch: int
    strokes: int
    height: int
    width: int

    @property
    def rows(self) -> int:
        """Height, padded."""
        return -(-self.height // WINDOW) * WINDOW

    @property
    def columns(self) -> int:
        """Width, padded."""
        return -(-self.width // WINDOW) * WINDOW

    @property
    def pixels(self) -> int:
        """Of all padded canvases together."""
        return self.batch * self.rows * self.columns

    def crop(self, flat: Tensor) -> Tensor:
        """(..., pixels) to (..., B, H, W)."""
        canvas = flat.unflatten(-1, (self.batch, self.rows, self.columns))
        return canvas[..., : self.height, : self.width]

    def pad(self, image: Tensor) -> Tensor:
        """(..., B, H, W) to (..., pixels)."""
        beyond = (0, self.columns - self.width, 0, self.rows - self.height)
        return torch.nn.functional.pad(image, beyond).flatten(-3)


@dataclass
class Trace:
    """The pairs of pixels and feet of a drawing.

    Attributes:
        feet: all N of them.
        several: (n,) int64 ascending, pairs of the pixels that need sub-pixels.
        group: (n,) int64, those pixels, counted from 0.
        groups: their number.
    """

    feet: Feet
    several: Tensor
    group: Tensor
    groups: int


def trace(windows: Windows, curves: Tensor, radius: Tensor, layout: Layout, solid: Tensor | None = None) -> Trace:
    """Find every pair of a pixel and a foot near enough to matter, and the pixels that several feet or an end describe.

    Args:
        windows: n of them.
        curves: (8, n), from ``window_coefficients``.
        radius: (n,) half the width of the window's stroke.
        layout: of the canvases.
        solid: (pixels,) bool, to be set where a stroke covers a pixel whole; such pixels then have no pairs. Without it they
            have, and memory follows the area of wide strokes, not their outline.

    Returns:
        the trace.
    """
    starts = range(0, len(windows.left), _WINDOWS_A_PIECE)
    pieces = [_feet(windows, curves, radius, slice(start, start + _WINDOWS_A_PIECE), layout, solid) for start in starts]
    feet = pieces[0] if len(pieces) == 1 else Feet(*(torch.cat(field, dim=-1) for field in zip(*map(_fields, pieces))))
    if solid is not None:
        feet = feet.take((~solid.index_select(0, feet.pixel)).nonzero()[:, 0])
    return Trace(feet, *_pixels_of_several(feet, _near(feet).nonzero()[:, 0], layout.pixels))


def _feet(windows: Windows, curves: Tensor, radius: Tensor, rows: slice, layout: Layout, solid: Tensor | None) -> Feet:
    window, place = candidates(windows, rows)
    sketch = torch.div(windows.chords.stroke, layout.strokes, rounding_mode="floor")
    corner = (sketch * layout.rows + windows.top) * layout.columns + windows.left
    pixel = corner.index_select(0, window) + (place >> 3) * layout.columns + (place & 7)
    feet = find_feet(windows, curves, radius, window, place, pixel)
    if solid is None:
        return feet
    depth = feet.radius - feet.distance
    solid.index_fill_(0, pixel[depth > PIXEL_REACH], True)
    return feet.take((depth.abs() <= PIXEL_REACH).nonzero()[:, 0])


@fusible
def _near(feet: Feet) -> Tensor:
    """Pairs whose stroke reaches into the pixel."""
    beyond = feet.distance - feet.radius
    touches = (beyond * feet.distance <= box_reach(feet.offset)).logical_or_(feet.bent)
    return touches.logical_and_(beyond < PIXEL_REACH)


def _pixels_of_several(feet: Feet, near: Tensor, pixels: int) -> tuple[Tensor, Tensor, int]:
    """Pairs, and their pixels counted from 0, of the pixels with several near feet, or with a bent one."""
    pixel = feet.pixel.index_select(0, near)
    # Who writes last differs between devices, that somebody lost does not. Only what was written is read.
    last = torch.empty(pixels, dtype=torch.int64, device=pixel.device)
    last.scatter_(0, pixel, near)
    shared = (last.index_select(0, pixel) != near) | feet.bent.index_select(0, near)
    last.index_fill_(0, pixel[shared], -1)
    chosen = (last.index_select(0, pixel) < 0).nonzero()[:, 0]
    several, pixel = near.index_select(0, chosen), pixel.index_select(0, chosen)
    order = torch.arange(len(several), device=pixel.device)
    last.scatter_(0, pixel, order)
    owner = last.index_select(0, pixel)
    number = (owner == order).cumsum(0)
    return several, number.index_select(0, owner) - 1, int(number[-1]) if len(number) else 0


def _fields(feet: Feet) -> tuple[Tensor, ...]:
    return tuple(vars(feet).values())
