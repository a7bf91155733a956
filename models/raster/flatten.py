"""Cubics to chords: ragged pieces of a curve, each short enough for one small window of pixels."""

from dataclasses import dataclass

import torch
from torch import Tensor

WINDOW = 8
PIXEL_REACH = 0.7072
BULGE = 0.15
_SLACK = 0.05
_MOST_CHORDS = 64
_TURN = 0.5
_TINY = 1e-12


@dataclass
class Chords:
    """Pieces [start, end] of strokes that touch the canvas, sorted by stroke and parameter.

    Attributes:
        stroke: (n,) int64, index into the flattened strokes (B * S).
        start: (n,) float64, parameter of the first knot.
        end: (n,) float64, parameter of the second, to the last bit the start of the next piece.
    """

    stroke: Tensor
    start: Tensor
    end: Tensor

    def take(self, index: Tensor) -> "Chords":
        """Some of them, by index."""
        return Chords(self.stroke[index], self.start[index], self.end[index])


def power_basis(points: Tensor) -> Tensor:
    """Control points (..., 4, 2) to coefficients (..., 4, 2) of 1, t, t^2, t^3."""
    first, second, third, last = points.unbind(-2)
    return torch.stack(
        [first, 3 * (second - first), 3 * (third - 2 * second + first), last - first + 3 * (second - third)], dim=-2
    )


def position(coefficients: Tensor, parameter: Tensor) -> Tensor:
    """C(t): coefficients (n, 4, 2), parameter (n,) to (n, 2)."""
    t = parameter[:, None]
    a, b, c, d = coefficients.unbind(1)
    return a + t * (b + t * (c + t * d))


def tangent(coefficients: Tensor, parameter: Tensor) -> Tensor:
    """Unit tangents (n, 2); where the speed vanishes, as at a doubled control point, the chord's direction; else (0, 0)."""
    t = parameter[:, None]
    _, b, c, d = coefficients.unbind(1)
    velocity = b + t * (2 * c + 3 * t * d)
    scale = (b.abs() + c.abs() + d.abs()).amax(1, keepdim=True)
    # At a cusp the curve leaves along its second derivative, or along its third.
    for direction in ((2 * c + 6 * t * d) * torch.where(t == 1, -1.0, 1.0).to(t), 6 * d):
        velocity = torch.where(velocity.norm(dim=1, keepdim=True) > 1e-7 * scale, velocity, direction)
    return velocity / velocity.norm(dim=1, keepdim=True).clamp_min(_TINY)


def flatten(points: Tensor, radius: Tensor, height: int, width: int) -> Chords:
    """Cut strokes into chords that deviate by at most ``BULGE`` px; drop what lies off the canvas.

    Long strokes are halved first, and halves off the canvas dropped, so that the count follows the ink on the canvas.

    Args:
        points: control points (N, 4, 2) in pixels, float64.
        radius: (N,) half the width in pixels.
        height: of the canvas.
        width: of the canvas.

    Returns:
        the chords.
    """
    stroke = torch.arange(len(points), device=points.device)
    pieces = Chords(stroke, torch.zeros_like(radius), torch.ones_like(radius))
    done, counts = [], []
    while len(pieces.stroke):
        corners = sub_cubic(points[pieces.stroke], pieces.start, pieces.end)
        reach = radius[pieces.stroke] + PIXEL_REACH
        visible = _touches(corners.amin(1), corners.amax(1), reach, height, width)
        number = _chord_count(corners, reach)
        short = (visible & (number <= _MOST_CHORDS)).nonzero()[:, 0]
        done.append(pieces.take(short))
        counts.append(number[short])
        pieces = _halves(pieces.take((visible & (number > _MOST_CHORDS)).nonzero()[:, 0]))
    return _cut(done, torch.cat(counts).long()) if done else pieces


def visible_chords(
    chords: Chords, coefficients: Tensor, radius: Tensor, height: int, width: int
) -> tuple[Chords, Tensor]:
    """Those whose surroundings hold a pixel, and their curves.

    Args:
        chords: n of them.
        coefficients: power basis (N, 4, 2) of the strokes in pixels.
        radius: (N,).
        height: of the canvas.
        width: of the canvas.

    Returns:
        the chords, and power bases (4, 2, m) in their own parameter in [0, 1].
    """
    local = local_power_basis(gather_curves(coefficients, chords.stroke), chords.start, chords.end)
    ends = torch.stack([local[0], local.sum(0)])
    reach = radius.index_select(0, chords.stroke) + PIXEL_REACH + BULGE
    visible = _touches(ends.amin(0).t(), ends.amax(0).t(), reach, height, width)
    if visible.all():
        return chords, local
    rows = visible.nonzero()[:, 0]
    return chords.take(rows), local.index_select(2, rows)


def sub_cubic(points: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Control points (n, 4, 2) of the part [start, end] of each cubic (n, 4, 2)."""
    a, b, c, d = local_power_basis(power_basis(points).permute(1, 2, 0), start, end)
    return torch.stack([a, a + b / 3, a + 2 * b / 3 + c / 3, a + b + c + d]).permute(2, 0, 1)


def gather_curves(coefficients: Tensor, stroke: Tensor) -> Tensor:
    """Power bases (N, 4, 2) of strokes to (4, 2, n), those of the strokes named."""
    return coefficients.index_select(0, stroke).permute(1, 2, 0).contiguous()


def local_power_basis(coefficients: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Coefficients (4, 2, n) of cubics in t to those in u in [0, 1] of their parts t = start + u (end - start)."""
    a, b, c, d = coefficients
    step = end - start
    bend, jerk = c + 3 * start * d, step**3 * d
    return torch.stack(
        [a + start * (b + start * (c + start * d)), step * (b + start * (c + bend)), step.square() * bend, jerk]
    )


def _chord_count(corners: Tensor, reach: Tensor) -> Tensor:
    """How many chords of equal parameter keep within a window's length and within ``BULGE`` of the curve."""
    first = corners.diff(dim=1)
    speed = 3 * first.abs().amax((1, 2))
    bend = first.diff(dim=1).norm(dim=2).amax(1)
    longest = torch.maximum(WINDOW - 2 * (reach + BULGE) - _SLACK, reach)
    angle = torch.atan2(first[..., 1], first[..., 0]).diff(dim=1)
    turn = torch.remainder(angle + torch.pi, 2 * torch.pi).sub_(torch.pi).abs_().sum(1)
    count = torch.maximum(speed / longest, (0.75 * bend / BULGE).sqrt())
    return torch.maximum(count, turn / _TURN).ceil().clamp_min(1)


def _touches(low: Tensor, high: Tensor, reach: Tensor, height: int, width: int) -> Tensor:
    """Boxes (n, 2) to (n, 2), grown by ``reach``, that hold a pixel's centre."""
    size = low.new_tensor([width, height])
    return ((high + reach[:, None] >= 0.5) & (low - reach[:, None] <= size - 0.5)).all(1)


def _halves(pieces: Chords) -> Chords:
    middle = (pieces.start + pieces.end) / 2
    return Chords(
        torch.cat([pieces.stroke, pieces.stroke]),
        torch.cat([pieces.start, middle]),
        torch.cat([middle, pieces.end]),
    )


def _cut(groups: list[Chords], count: Tensor) -> Chords:
    """Pieces into ``count`` chords each, in the order of stroke and parameter."""
    pieces = groups[0]
    if len(groups) > 1:
        pieces = Chords(*(torch.cat([getattr(group, name) for group in groups]) for name in ("stroke", "start", "end")))
        order = torch.argsort(pieces.start, stable=True)
        order = order[torch.argsort(pieces.stroke[order], stable=True)]
        pieces, count = pieces.take(order), count[order]
    piece = torch.repeat_interleave(torch.arange(len(count), device=count.device), count)
    within = torch.arange(len(piece), device=count.device) - (count.cumsum(0) - count)[piece]
    cut = pieces.take(piece)
    number = count[piece].to(cut.start)
    # (k + 1) / n of one chord and k / n of the next are the same number: neighbours share their knot to the last bit.
    length = cut.end - cut.start
    return Chords(cut.stroke, cut.start + length * (within / number), cut.start + length * ((within + 1) / number))
