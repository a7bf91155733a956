"""A predicted scene brought nearer to its image by gradients through the renderer."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ....datasets.scene.encoding import to_batch
from ....datasets.scene.layout import entries
from ....losses.foreground_error import foreground_error

RATE = 0.01
BATCH = 16
HALVINGS = 2


def refine(
    params: Tensor, target: Tensor, renderer: Any, steps: int, say: Callable[[int], None] = lambda done: None
) -> Tensor:
    """Adam on the numbers of scenes; categories, booleans and layers stay.

    The error is the foreground error, and the absolute error of the images reduced to a half and a quarter, whose strokes find
    each other from farther. The best vector on the way, by the foreground error alone, is the result; the first one counts.

    Args:
        params: vectors (N, D) of scenes.
        target: their images (N, 3, H, W) in [0, 1].
        renderer: a ``SceneRenderer``, or whatever draws a ``SceneBatch`` with gradients.
        steps: of Adam, at least 0.
        say: told how many are done.

    Returns:
        Vectors (N, D).
    """
    found = []
    for some, images in zip(params.split(BATCH), target.split(BATCH)):
        found.append(_refined(some, images, renderer, steps))
        say(sum(map(len, found)))
    return torch.cat(found) if found else params


def _refined(params: Tensor, target: Tensor, renderer: Any, steps: int) -> Tensor:
    places = torch.cat([entries(part, "value").index for part in ("scene", "layers")])
    periodic = torch.cat([entries(part, "value").periodic for part in ("scene", "layers")])
    numbers = params[:, places].clone().requires_grad_()
    optimizer = torch.optim.Adam([numbers], RATE, betas=(0.9, 0.95))
    best, least = params.clone(), torch.full((len(params),), torch.inf)
    for step in range(steps + 1):
        vectors = params.index_copy(1, places, numbers)
        image = renderer(to_batch(vectors), target.shape[-1]).float()
        error = foreground_error(image, target)
        better = error.detach() < least
        best[better], least = vectors.detach()[better], torch.minimum(least, error.detach())
        if step < steps:
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            optimizer.zero_grad()
            (error + _coarse_error(image, target)).sum().backward()
            optimizer.step()
            with torch.no_grad():
                numbers.copy_(torch.where(periodic, numbers.remainder(1), numbers.clamp(0, 1)))
    return best


def _coarse_error(image: Tensor, target: Tensor) -> Tensor:
    """(N,): absolute errors of the images reduced once and again."""
    total = torch.zeros(len(image), device=image.device)
    for _ in range(HALVINGS):
        image, target = F.avg_pool2d(image, 2), F.avg_pool2d(target, 2)
        total = total + (image - target).abs().flatten(1).mean(1)
    return total
