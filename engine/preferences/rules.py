"""Stated rules by which a sketch is better than another: each scores a batch, higher is better."""

from collections.abc import Callable

import torch
from torch import Tensor

from ...losses.bezier import arc_lengths, curve_accelerations, curve_points, gauss_legendre, midpoints
from ...losses.stroke_continuity import stroke_continuity

Rule = Callable[[Tensor, Tensor | None], Tensor]
_POINTS = 16


def smooth(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """Minus the bending energy, ``sum over strokes of integral |B''(t)|^2 dt``; smaller sketches bend less too.

    Args:
        strokes: (B, S, 4, 2).
        label: not looked at, here as in the other rules.

    Returns:
        (B,), at most 0; 0 for straight strokes at even speed.
    """
    places, weights = gauss_legendre(2, strokes)
    return -(curve_accelerations(strokes, places).square().sum(-1) @ weights).sum(-1)


def curved(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """The bending energy of ``smooth``: rounder, livelier strokes. (B, S, 4, 2) to (B,), at least 0."""
    return -smooth(strokes, label)


def short(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """Minus the ink: the length of all strokes. (B, S, 4, 2) to (B,), at most 0, in canvas units."""
    return -arc_lengths(strokes).sum(-1)


def straight(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """The length of all chords over that of all strokes. (B, S, 4, 2) to (B,), from 0 (loops) to 1 (straight)."""
    chords = torch.linalg.vector_norm(strokes[..., 3, :] - strokes[..., 0, :], dim=-1).sum(-1)
    return chords / arc_lengths(strokes).sum(-1).clamp(min=torch.finfo(strokes.dtype).eps)


def large(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """The diagonal of the box around the ink. (B, S, 4, 2) to (B,), at least 0, in canvas units."""
    points = _points(strokes)
    return torch.linalg.vector_norm(points.amax(1) - points.amin(1), dim=-1)


def centred(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """Minus the distance of the middle of the box around the ink from that of the canvas. (B, S, 4, 2) to (B,), at most 0."""
    points = _points(strokes)
    return -torch.linalg.vector_norm((points.amax(1) + points.amin(1)) / 2, dim=-1)


def joined(strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """Minus the mean gap from a stroke's end to the nearest end of another. (B, S, 4, 2) to (B,), at most 0, in canvas units."""
    return -stroke_continuity(strokes)


RULES: dict[str, Rule] = {rule.__name__: rule for rule in (smooth, curved, short, straight, large, centred, joined)}


def score(rule: str, strokes: Tensor, label: Tensor | None = None) -> Tensor:
    """The scores of a batch by the rule of a name.

    Args:
        rule: a name in ``RULES``.
        strokes: (B, S, 4, 2) or, as data sets give them, (B, S, 8).
        label: (B,), for rules that look at it.

    Returns:
        (B,), higher is better.

    Raises:
        ValueError: no such rule, or another shape.
    """
    if rule not in RULES:
        raise ValueError(f"rule: got {rule!r}, expected one of {', '.join(RULES)}")
    shaped = strokes.unflatten(-1, (4, 2)) if strokes.ndim == 3 and strokes.shape[-1] == 8 else strokes
    if shaped.ndim != 4 or shaped.shape[2:] != (4, 2):
        raise ValueError(f"strokes: got the shape {tuple(strokes.shape)}, expected (B, S, 4, 2) or (B, S, 8)")
    return RULES[rule](shaped, label)


def _points(strokes: Tensor) -> Tensor:
    """(B, S * 16, 2) along the strokes."""
    return curve_points(strokes, midpoints(_POINTS, strokes)).flatten(1, 2)
