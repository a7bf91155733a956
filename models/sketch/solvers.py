"""Solvers of ``dx/dt = v(x, t)``. No step writes into its input, so that gradients pass through a whole path."""

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

Sampler = Literal["euler", "heun", "midpoint"]
Velocity = Callable[[Tensor, Tensor], Tensor]


def euler_step(velocity: Velocity, x: Tensor, t: Tensor, end: Tensor) -> Tensor:
    """First order; evaluates the velocity once."""
    return x + (end - t) * velocity(x, t)


def heun_step(velocity: Velocity, x: Tensor, t: Tensor, end: Tensor) -> Tensor:
    """Second order, the mean of the slopes at both ends; evaluates the velocity twice."""
    slope = velocity(x, t)
    ahead = velocity(x + (end - t) * slope, end)
    return x + (end - t) * (slope + ahead) / 2


def midpoint_step(velocity: Velocity, x: Tensor, t: Tensor, end: Tensor) -> Tensor:
    """Second order, the slope in the middle; evaluates the velocity twice."""
    half = (end - t) / 2
    return x + (end - t) * velocity(x + half * velocity(x, t), t + half)


STEPS = {"euler": euler_step, "heun": heun_step, "midpoint": midpoint_step}
EVALUATIONS = {"euler": 1, "heun": 2, "midpoint": 2}


def integrate(velocity: Velocity, x0: Tensor, times: Tensor, sampler: Sampler = "heun") -> Tensor:
    """Follow a velocity from the first of the times to the last.

    A grid of n steps costs ``n * EVALUATIONS[sampler]`` evaluations: Heun with 8 steps costs 16, as Euler with 16 does.

    Args:
        velocity: of (x, t), x as ``x0`` and t a tensor without dimensions.
        x0: (B, ...), where the path begins.
        times: (n + 1,), in order.
        sampler: which step.

    Returns:
        the end of the path, shaped as ``x0``.
    """
    step, x = STEPS[sampler], x0
    for t, end in pairwise(times):
        x = step(velocity, x, t, end)
    return x


def time_grid(steps: int, shift: float = 1.0, device: torch.device | str = "cpu") -> Tensor:
    """(steps + 1,) times from 0 to 1: ``u / (u + shift (1 - u))`` of evenly spaced u.

    Args:
        steps: at least 1.
        shift: 1 is uniform; below 1 the steps are shorter near the data, above 1 near the noise.
        device: of the result.

    Source: Esser et al., Scaling Rectified Flow Transformers (2024), equation 23.
    """
    u = torch.linspace(0, 1, steps + 1, device=device)
    return u / (u + shift * (1 - u))
