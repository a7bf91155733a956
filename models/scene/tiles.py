"""Which tiles of an image a placed shape touches, found from coarse tiles to fine ones."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from .placement import Placement
from .shapes import Shape

TILE = 4  # pixels along the side of the smallest tile
SPLIT = 4  # a tile into SPLIT x SPLIT
ROOT = 64  # pixels along the side of the largest
PAIRS = 1 << 22  # of instances and tiles that are held at once, at most


class Grid(NamedTuple):
    """An image cut into tiles.

    Attributes:
        size: pixels along a side.
        count: tiles along a side.
    """

    size: int
    count: int

    @classmethod
    def of(cls, size: int) -> "Grid":
        return cls(size, -(-size // TILE))

    @property
    def tiles(self) -> int:
        """Tiles of the image."""
        return self.count**2


def touched(shape: Shape, rows: Tensor, grid: Grid) -> Iterator[tuple[Tensor, Tensor]]:
    """The tiles that shapes of one kind touch, a part of the shapes at a time.

    Args:
        shape: of all rows.
        rows: (N, 14), see ``Placement``.
        grid: of the image.

    Yields:
        positions in ``rows``, in their order, and numbers of tiles, row by row from the upper left; each (T,) int64.
    """
    start = 0
    for part in rows.split(max(1, PAIRS // (-(-grid.size // ROOT) * ROOT // TILE) ** 2)):
        which, tile = _descend(shape, part, grid)
        if len(which):
            yield which + start, tile
        start += len(part)


def pixel_columns(rows: Tensor, form: slice, offsets: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """A linear form of ``Placement`` at offsets (2, C) from the pixels (u, v) of each row, (N, C)."""
    a, b, c = rows[:, form].split(1, 1)
    start = a * u[:, None] + b * v[:, None] + c
    return torch.addcmul(torch.addcmul(start, a, offsets[0]), b, offsets[1])


def offsets(count: int, step: float, like: Tensor) -> Tensor:
    """Columns and rows (2, count²) of a square of points, ``step`` apart, row by row."""
    line = torch.arange(count, device=like.device, dtype=like.dtype) * step
    return torch.stack([line.repeat(count), line.repeat_interleave(count)])


@torch.no_grad()
def _descend(shape: Shape, rows: Tensor, grid: Grid) -> tuple[Tensor, Tensor]:
    """From the whole image, as one tile, downwards."""
    which = torch.arange(len(rows), device=rows.device)
    column = row = torch.zeros_like(which)
    side, count = ROOT, -(-grid.size // ROOT)
    while True:
        kept, child = _children(shape, rows, which, (column, row), side, count, grid.size).nonzero().unbind(1)
        which = which.index_select(0, kept)
        column = column.index_select(0, kept) * count + child % count
        row = row.index_select(0, kept) * count + child // count
        if side == TILE:
            return which, row * grid.count + column
        side, count = side // SPLIT, SPLIT


def _children(
    shape: Shape, rows: Tensor, which: Tensor, parent: tuple[Tensor, Tensor], side: int, count: int, size: int
) -> Tensor:
    """Whether each of the count² tiles of a parent may hold a pixel's centre within half a pixel of the tube, (k, count²)."""
    half = (side - 1) / 2
    column, row = (each * (count * side) for each in parent)
    grid = offsets(count, side, rows)
    own = rows.index_select(0, which)
    u, v = column.to(rows) + half, row.to(rows) + half
    x = pixel_columns(own, slice(0, 3), grid, u, v)
    y = pixel_columns(own, slice(3, 6), grid, u, v)
    reach, wide, high = (each.index_select(0, which) for each in _limits(shape, Placement.of(rows), half))
    near = shape.clearance(x, y) <= reach
    near &= (x.abs() <= wide) & (y.abs() <= high)
    if size % (count * side):
        near &= (column[:, None] + grid[0] < size) & (row[:, None] + grid[1] < size)
    return near


def _limits(shape: Shape, place: Placement, half: float) -> tuple[Tensor, Tensor, Tensor]:
    """How far from a tile's middle the centre line, and each side of its box, may be for the tile to be touched; each (N, 1)."""
    along = (place.xu + place.xv).square() + (place.yu + place.yv).square()
    across = (place.xu - place.xv).square() + (place.yu - place.yv).square()
    corner = half * torch.maximum(along, across).sqrt()
    pixel = (place.xx + place.yy).sqrt()
    near = place.width + 0.5 * pixel
    return (
        near + corner,
        near + shape.width + half * (place.xu.abs() + place.xv.abs()),
        near + shape.height + half * (place.yu.abs() + place.yv.abs()),
    )
