"""The centre lines of the ten shapes, in the shape's own space: closed forms, one parameter each."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

RING, ARCH = 0.9, 0.8  # radii
BAR, LINE, SQUARE = 0.9, 0.6, 0.7  # half extents
ROUNDED, CORNER = 0.65, 0.35  # half extent and radius of the corners
U_WIDTH, U_HEIGHT = 0.4, 0.9  # half extents; the lower end is a half circle
TURNS, INNER, OUTER = 3, 0.2, 0.8  # of the spiral
WAVE_LENGTH, WAVE_HEIGHT = 0.9, 0.3  # two periods over [-WAVE_LENGTH, WAVE_LENGTH]
INFINITY = 0.6

TAU = 2 * math.pi
Curve = Callable[[Tensor], tuple[Tensor, Tensor]]


def spiral(t: Tensor) -> tuple[Tensor, Tensor]:
    """Three turns outwards from (0.2, 0) to (0.8, 0), counter-clockwise."""
    radius, angle = INNER + (OUTER - INNER) * t, TAU * TURNS * t
    return radius * angle.cos(), radius * angle.sin()


def wave(t: Tensor) -> tuple[Tensor, Tensor]:
    """Two periods of a sine."""
    along = 2 * t - 1
    return WAVE_LENGTH * along, WAVE_HEIGHT * (TAU * along).sin()


def infinity(t: Tensor) -> tuple[Tensor, Tensor]:
    """The lemniscate of Gerono."""
    angle = TAU * t
    return INFINITY * angle.sin(), INFINITY * angle.sin() * angle.cos()


def _arc(t: Tensor, radius: float, start: float, turn: float) -> tuple[Tensor, Tensor]:
    return radius * (start + turn * t).cos(), radius * (start + turn * t).sin()


def _polygon(points: list[tuple[float, float]]) -> Curve:
    """Through the points, at constant speed."""
    corners = torch.tensor(points, dtype=torch.float64)
    lengths = (corners[1:] - corners[:-1]).norm(dim=1)
    ends = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)]) / lengths.sum()

    def curve(t: Tensor) -> tuple[Tensor, Tensor]:
        piece = (torch.searchsorted(ends, t.double(), right=True) - 1).clamp(0, len(lengths) - 1)
        share = ((t - ends[piece]) / (ends[piece + 1] - ends[piece])).to(t)[..., None]
        x, y = (corners[piece].to(t) * (1 - share) + corners[piece + 1].to(t) * share).unbind(-1)
        return x, y

    return curve


def _rounded(t: Tensor) -> tuple[Tensor, Tensor]:
    """The rounded square: by turns a side and a corner, from the right side's lower end."""
    straight = 2 * (ROUNDED - CORNER)
    quarter, rest = (4 * t).floor().clamp(max=3), 4 * t - (4 * t).floor().clamp(max=3)
    length = straight + TAU / 4 * CORNER
    along = (rest * length).clamp(max=straight)
    bend = (rest * length - straight).clamp_min(0) / CORNER
    inner = straight / 2
    x, y = inner + CORNER * bend.cos(), along - inner + CORNER * bend.sin()
    turn = quarter * TAU / 4
    return x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos()


def _u(t: Tensor) -> tuple[Tensor, Tensor]:
    """Down the left side, round the half circle, up the right side."""
    side, bend = U_HEIGHT - (U_WIDTH - U_HEIGHT), math.pi * U_WIDTH
    length = t * (2 * side + bend)
    angle = ((length - side) / U_WIDTH).clamp(0, math.pi)
    y = U_HEIGHT - length.clamp(max=side) + (length - side - bend).clamp_min(0)
    return -U_WIDTH * angle.cos(), y - U_WIDTH * angle.sin()


CURVES: Mapping[str, Curve] = {
    "ring": lambda t: _arc(t, RING, 0, TAU),
    "bar": _polygon([(0, -BAR), (0, BAR)]),
    "line": _polygon([(-LINE, 0), (LINE, 0)]),
    "arch": lambda t: _arc(t, ARCH, 0, math.pi),
    "u": _u,
    "spiral": spiral,
    "wave": wave,
    "infinity": infinity,
    "square": _polygon([(SQUARE, -SQUARE), (SQUARE, SQUARE), (-SQUARE, SQUARE), (-SQUARE, -SQUARE), (SQUARE, -SQUARE)]),
    "roundedRect": _rounded,
}
"""Position (x, y) at a parameter t in [0, 1], by shape."""

CLOSED = frozenset({"ring", "infinity", "square", "roundedRect"})
