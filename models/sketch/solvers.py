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


def evaluations(sampler: Sampler, steps: int) -> int:
    """How often a path of so many steps asks for the velocity."""
    return {"euler": steps, "heun": 2 * steps - 1, "midpoint": 2 * steps}[sampler]


def integrate(velocity: Velocity, x0: Tensor, times: Tensor, sampler: Sampler = "heun", ends: bool = True) -> Tensor:
    """Follow a velocity from the first of the times to the last.

    Heun's last step is one of Euler: at t = 1 there is nothing left of the noise that the velocity leads away from, and what a
    network says there tears the strokes apart.

    Args:
        velocity: of (x, t), x as ``x0`` and t a tensor without dimensions.
        x0: (B, ...), where the path begins.
        times: (n + 1,), in order.
        sampler: which step.
        ends: whether the path ends there; False for the first part of a path that is followed in two.

    Returns:
        the end of the path, shaped as ``x0``.

    Source: Karras et al., Elucidating the Design Space of Diffusion-Based Generative Models (2022), algorithm 1.
    """
    x, spans = x0, list(pairwise(times))
    for number, (t, end) in enumerate(spans, start=1):
        last = ends and number == len(spans)
        x = STEPS["euler" if last and sampler == "heun" else sampler](velocity, x, t, end)
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
