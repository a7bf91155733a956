"""Drawings of nothing: strokes at random, and sketches shaken until they show nothing any more."""

import torch
from torch import Tensor

SCRIBBLE = "a scribble"  # the caption of each


def random_scribbles(count: int, num_strokes: int, device: torch.device | str = "cpu") -> Tensor:
    """Strokes that begin anywhere and wander, all of one sketch by steps of one size; by the global generator.

    Returns:
        (count, num_strokes, 4, 2), most of it within the canvas.
    """
    start = 1.8 * torch.rand(count, num_strokes, 1, 2, device=device) - 0.9
    size = 0.05 + 0.25 * torch.rand(count, 1, 1, 1, device=device)
    steps = size * torch.randn(count, num_strokes, 3, 2, device=device)
    return torch.cat([start, start + steps.cumsum(2)], 2)


def shaken(strokes: Tensor, least: float = 0.08, greatest: float = 0.3) -> Tensor:
    """Each sketch with noise on its control points, of one standard deviation a sketch between the two, in canvas units."""
    size = least + (greatest - least) * torch.rand(len(strokes), 1, 1, 1, dtype=strokes.dtype, device=strokes.device)
    return strokes + size * torch.randn_like(strokes)


def scribbles_like(strokes: Tensor, count: int) -> Tensor:
    """Half of them random strokes, half sketches of the batch that were shaken.

    Args:
        strokes: (B, S, 4, 2).
        count: of the scribbles.

    Returns:
        (count, S, 4, 2).
    """
    random = random_scribbles(count // 2, strokes.shape[1], strokes.device).to(strokes)
    chosen = torch.randint(len(strokes), (count - count // 2,), device=strokes.device)
    return torch.cat([random, shaken(strokes[chosen])])
