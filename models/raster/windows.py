"""Windows of 8 x 8 pixels around chords, and which of their pixels can have a foot on the chord."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .flatten import BULGE, PIXEL_REACH, WINDOW, Chords, gather_curves, local_power_basis, tangent

_OPEN = 1e9
_OVERLAP = 1e-3
_SHARP = 0.95
_FOCAL = 0.7
_UNEVEN = 0.06
_VANISHING = 1e-7
_TINY = 1e-12


@dataclass
class Windows:
    """One chord and one window a row; wide strokes have several windows a chord.

    Attributes:
        chords: stroke and parameters.
        left: (n,) int64, first column of pixels.
        top: (n,) int64, first row.
        planes: (6, n): half-planes of the normals at the two knots and the chord's strip. The signed distance of the window's
            pixel (i, j) is planes[2k] j + planes[2k + 1] i + offsets[k].
        offsets: (3, n), for k = 0 (after the first knot), 1 (before the second), 2 (across the chord).
        slack: (3, n): how far outside each a pixel may lie.
        lowest: (n,) local parameter at which the stroke begins, at most 0.
        highest: (n,) at which it ends, at least 1.
        sharp: (n,) bool, where the chord's piece turns by more than ``_SHARP`` and a pixel may have several feet on it.
    """

    chords: Chords
    left: Tensor
    top: Tensor
    planes: Tensor
    offsets: Tensor
    slack: Tensor
    lowest: Tensor
    highest: Tensor
    sharp: Tensor


def build_windows(
    chords: Chords, local: Tensor, radius: Tensor, height: int, width: int, dtype: torch.dtype
) -> Windows:
    """Lay windows over chords.

    Args:
        chords: n of them.
        local: power basis (4, 2, n) of the chords in pixels, in their own parameter, float64.
        radius: (N,) of the strokes.
        height: of the canvas, a multiple of 8.
        width: likewise.
        dtype: of the planes.

    Returns:
        windows inside the canvas.
    """
    reach = radius.index_select(0, chords.stroke) + PIXEL_REACH + BULGE
    knots = torch.stack([local[0], local.sum(0)])
    tangents, sharp = _turns(chords, local, reach)
    tile, left, top = _tiles(knots.amin(0).t(), knots.amax(0).t(), reach, height, width)
    if tile is not None:
        chords = chords.take(tile)
        knots, tangents, reach, sharp = (rows.index_select(-1, tile) for rows in (knots, tangents, reach, sharp))
    return _planes(chords, left, top, knots, tangents, reach, sharp, dtype)


def candidates(windows: Windows, rows: slice) -> tuple[Tensor, Tensor]:
    """Pixels that have a foot on their window's chord.

    Args:
        windows: n of them.
        rows: which to look at.

    Returns:
        window (N,) int64, ascending, and place (N,) int64 within it, 8 * row + column.
    """
    steps = torch.arange(WINDOW, device=windows.left.device).to(windows.planes)[:, None]
    planes, offsets, slack = windows.planes[:, rows], windows.offsets[:, rows], windows.slack[:, rows]
    inside = None
    for k in range(3):
        across = (steps * planes[2 * k])[None] + (steps * planes[2 * k + 1] + offsets[k])[:, None]
        across = slack[2] - across.abs_() if k == 2 else across.add_(slack[k])
        inside = across if inside is None else torch.minimum(inside, across, out=inside)
    found = (inside > 0).flatten(0, 1).t().contiguous().view(-1).nonzero()[:, 0]  # pyright: ignore[reportOptionalOperand]
    return (found >> 6) + (rows.start or 0), found & 63


def window_coefficients(coefficients: Tensor, windows: Windows) -> Tensor:
    """Chords as cubics in u in [0, 1], in pixels from the centre of their window's first pixel.

    Args:
        coefficients: power basis (N, 4, 2) of the strokes in pixels; gradients pass.
        windows: n of them.

    Returns:
        (8, n): x and y of the constant, then of u, u^2 and u^3.
    """
    chords = windows.chords
    local = local_power_basis(gather_curves(coefficients, chords.stroke), chords.start, chords.end)
    origin = torch.stack([windows.left, windows.top]).to(local) + 0.5
    return torch.cat([local[0] - origin, local[1:].flatten(0, 1)])


def _tiles(low: Tensor, high: Tensor, reach: Tensor, height: int, width: int) -> tuple[Tensor | None, Tensor, Tensor]:
    """Windows that cover boxes: which box each belongs to (nothing where one a box is enough), its first column and row."""
    size = torch.tensor([width, height], device=low.device)
    first = (low - reach[:, None] - 0.5).ceil().clamp_min(0).long()
    last = torch.minimum((high + reach[:, None] - 0.5).floor().long(), size - 1)
    count = (last - first).clamp_min(0) // WINDOW + 1
    first = torch.minimum(first, size - count * WINDOW)
    if not (count > 1).any():
        return None, first[:, 0], first[:, 1]
    total = count.prod(1)
    box = torch.repeat_interleave(torch.arange(len(total), device=low.device), total)
    within = torch.arange(len(box), device=low.device) - (total.cumsum(0) - total)[box]
    column, row = within % count[box, 0], within // count[box, 0]
    return box, first[box, 0] + column * WINDOW, first[box, 1] + row * WINDOW


def _turns(chords: Chords, local: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """Unit tangents (2, 2, n) at both knots, and (n,) where a pixel may have several feet, or one arc is not enough for its edge.

    There the piece turns by much, or around a centre within reach of the pen, or its curvature changes quickly; or its neighbour
    does: a pixel's centre may have its foot on the one and its corner on the other.
    """
    first, bend = local[1] / 3, local[2] / 3
    legs = torch.stack([first, first + bend, first + 2 * bend + local[3]])
    size = torch.addcmul(legs[:, 0] * legs[:, 0], legs[:, 1], legs[:, 1]).sqrt_()
    heading = legs / size[:, None].clamp_min(_TINY)
    vanishing = (size[::2] <= _VANISHING * size.amax(0)).any(0).nonzero()[:, 0]
    tangents = heading[::2].clone()
    if len(vanishing):
        own = local.index_select(2, vanishing).permute(2, 0, 1)
        for knot in (0, 1):
            tangents[knot, :, vanishing] = tangent(own, torch.full_like(own[:, 0, 0], knot)).t()
    x, y = heading.unbind(1)
    cosine = torch.addcmul(x * x.roll(1, 0), y, y.roll(1, 0)).amin(0)
    sine = (1 - cosine.square()).clamp_min_(0).sqrt_()
    curvature = (x[:2] * y[1:] - y[:2] * x[1:]) * size[1] / (1.5 * size[::2].square()).clamp_min_(_TINY)
    across, down = legs.sum(0)
    length = torch.addcmul(across * across, down, down).sqrt_()
    tightness = torch.maximum(sine * reach / _FOCAL, (curvature[1] - curvature[0]).abs() / _UNEVEN)
    sharp = (cosine < _SHARP) | (tightness > length)
    follows = (chords.stroke[1:] == chords.stroke[:-1]) & (chords.end[:-1] == chords.start[1:])
    wider = sharp.clone()
    wider[1:] |= sharp[:-1] & follows
    wider[:-1] |= sharp[1:] & follows
    return tangents, wider


def _planes(
    chords: Chords,
    left: Tensor,
    top: Tensor,
    knots: Tensor,
    tangents: Tensor,
    reach: Tensor,
    sharp: Tensor,
    dtype: torch.dtype,
) -> Windows:
    """A foot lies between the knots' normals, at a stroke's ends up to ``reach`` outside, and within ``reach`` of the chord."""
    knots = knots - (torch.stack([left, top]).to(knots) + 0.5)
    x, y = knots[1] - knots[0]
    across = torch.stack([-y, x]).div_(torch.addcmul(x * x, y, y).sqrt_().clamp_min_(_TINY))
    normals = torch.stack([tangents[0], -tangents[1], across])
    offsets = -(normals[:, 0] * knots[[0, 1, 0], 0]).addcmul_(normals[:, 1], knots[[0, 1, 0], 1])
    begins, ends = chords.start == 0, chords.end == 1
    step = chords.end - chords.start
    overlap = _OVERLAP + 1e-6 * reach
    before, after = (torch.where(edge, reach, overlap).masked_fill(sharp, _OPEN) for edge in (begins, ends))
    return Windows(
        chords, left, top,
        planes=normals.flatten(0, 1).to(dtype), offsets=offsets.to(dtype),
        slack=torch.stack([before, after, reach]).to(dtype),
        lowest=(-chords.start / step).to(dtype), highest=((1 - chords.start) / step).to(dtype), sharp=sharp,
    )  # fmt: skip
