"""Adds the ink of placed shapes to planes of pixels, tile by tile, with a backward pass that draws the tiles again."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .placement import Placement
from .shapes import SHAPES, Shape
from .tiles import TILE, Grid, offsets, pixel_columns, touched

PIECE = 4096  # tiles drawn at once: what they need stays in a CPU's cache
PIECE_ON_GPU = 1 << 18


class Pile(NamedTuple):
    """What is drawn where.

    Attributes:
        groups: names of shapes and the positions (n,) of the instances that have them.
        plane: (N,) int64, where each instance is added.
        planes: how many there are.
        grid: of the image.
    """

    groups: Sequence[tuple[str, Tensor]]
    plane: Tensor
    planes: int
    grid: Grid


class Splat(torch.autograd.Function):
    """Rows (N, 14) of ``Placement`` to planes (P, tiles, 16) of summed ink; only the rows are kept for the backward pass."""

    @staticmethod
    def forward(ctx, rows: Tensor, pile: Pile) -> Tensor:
        canvas = rows.new_zeros(pile.planes * pile.grid.tiles, TILE**2)
        for shape, which, tile in _pieces(rows, pile):
            canvas.index_add_(
                0,
                pile.plane.index_select(0, which) * pile.grid.tiles + tile,
                ink(shape, rows.index_select(0, which), tile, pile.grid),
            )
        ctx.save_for_backward(rows)
        ctx.pile = pile
        return canvas.view(pile.planes, pile.grid.tiles, TILE**2)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor):  # pyright: ignore[reportIncompatibleMethodOverride]
        (rows,) = ctx.saved_tensors
        grad = grad.flatten(0, 1)
        pile, result = ctx.pile, torch.zeros_like(rows)
        for shape, which, tile in _pieces(rows, pile):
            leaf = rows.index_select(0, which).requires_grad_()
            with torch.enable_grad():
                drawn = ink(shape, leaf, tile, pile.grid)
            wanted = grad.index_select(0, pile.plane.index_select(0, which) * pile.grid.tiles + tile)
            (slope,) = torch.autograd.grad(drawn, leaf, wanted)
            result.index_add_(0, which, slope)
        return result, None


def _pieces(rows: Tensor, pile: Pile) -> Iterator[tuple[Shape, Tensor, Tensor]]:
    """Shape, instances and tiles, as many at once as fit a cache."""
    most = PIECE_ON_GPU if rows.is_cuda else PIECE
    for name, members in pile.groups:
        for which, tile in touched(SHAPES[name], rows.index_select(0, members), pile.grid):
            for some, where in zip(members.index_select(0, which).split(most), tile.split(most), strict=True):
                yield SHAPES[name], some, where


def ink(shape: Shape, rows: Tensor, tile: Tensor, grid: Grid) -> Tensor:
    """What a tile's pixels receive: coverage times opacity times gradient.

    Args:
        shape: of all rows.
        rows: (T, 14), see ``Placement``.
        tile: (T,) number of the tile.
        grid: of the image.

    Returns:
        (T, 16), row by row.
    """
    pixels = offsets(TILE, 1, rows)
    u, v = (tile % grid.count * TILE).to(rows), (tile // grid.count * TILE).to(rows)
    x, y, position = (pixel_columns(rows, slice(k, k + 3), pixels, u, v) for k in (0, 3, 6))
    place = Placement.of(rows)
    return coverage(shape, x, y, place) * (fade(position) * place.alpha)


def coverage(shape: Shape, x: Tensor, y: Tensor, place: Placement) -> Tensor:
    """The share of a pixel inside the tube: a box a pixel wide across the tube's edge.

    Distances are divided by the slope of the field over the image, units of the shape a pixel, so that a stroke that a layer
    stretches is wider along the stretch. A tube thinner than a pixel covers as much as it is wide.
    """
    field = shape.field(x, y)
    slope = field.x * (place.xx * field.x + place.xy * field.y) + place.yy * field.y.square()
    pixels = slope.rsqrt()
    distance, width = field.distance * pixels, place.width * pixels
    return (torch.minimum(width, distance + 0.5) + torch.minimum(width, 0.5 - distance)).clamp_min(0)


def fade(position: Tensor) -> Tensor:
    """The gradient's factor at a position p along it, in the shape's own space: 1 - smoothstep(0.2, 1, 0.5 + |p| / 2)."""
    t = (0.375 + 0.625 * position.abs()).clamp(max=1)
    return 1 - t * t * (3 - 2 * t)


def untiled(planes: Tensor, grid: Grid) -> Tensor:
    """Planes (P, tiles, 16) as images (P, size, size)."""
    cut = planes.view(-1, grid.count, grid.count, TILE, TILE).transpose(2, 3)
    return cut.reshape(-1, grid.count * TILE, grid.count * TILE)[:, : grid.size, : grid.size]
