"""The mathematics of flow matching along straight lines."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

TimeSampling = Literal["uniform", "logit_normal"]


def along(t: Tensor, values: Tensor) -> Tensor:
    """Times (B,) shaped to multiply values (B, ...)."""
    return t.view(-1, *(1,) * (values.ndim - 1))


def interpolate(x0: Tensor, x1: Tensor, t: Tensor) -> Tensor:
    """``x_t = (1 - t) x0 + t x1``.

    Args:
        x0: noise, (B, ...).
        x1: data, of the same shape.
        t: (B,) in [0, 1].

    Source: Lipman et al., Flow Matching for Generative Modeling (2023), with sigma_min = 0; Liu et al., Rectified Flow (2023).
    """
    return torch.lerp(x0, x1, along(t, x0))


def estimate(x_t: Tensor, velocity: Tensor, t: Tensor) -> Tensor:
    """Where the line through x_t ends: ``x_t + (1 - t) v``, which is x1 where v is x1 - x0.

    Args:
        x_t: (B, ...).
        velocity: of the same shape.
        t: (B,) in [0, 1].
    """
    return x_t + (1 - along(t, x_t)) * velocity


def draw_times(samples: int, kind: TimeSampling, device: torch.device | str = "cpu") -> Tensor:
    """(samples,) times in [0, 1], from PyTorch's global generator.

    Args:
        samples: how many.
        kind: ``uniform``, or ``logit_normal``: the sigmoid of a standard normal, more often near the middle.
        device: of the result.

    Source: logit-normal: Esser et al., Scaling Rectified Flow Transformers (2024), equation 19 with m = 0, s = 1.
    """
    if kind == "uniform":
        return torch.rand(samples, device=device)
    return torch.randn(samples, device=device).sigmoid()


def guided_velocity(
    velocity: Callable[[Tensor, Tensor, Tensor], Tensor], x: Tensor, t: Tensor, given: Tensor, absent: Tensor, scale: float
) -> Tensor:  # fmt: skip
    """``v_absent + scale (v_given - v_absent)``: both in one doubled batch; scale 1 and 0 evaluate the one that counts alone.

    Args:
        velocity: of (x, t, tokens).
        x: (B, ...).
        t: (B,).
        given: tokens of the condition, (B, N, width).
        absent: tokens of no condition, (B, N, width).
        scale: of the guidance; above 1 the samples agree more with the condition and vary less.

    Source: Ho and Salimans, Classifier-Free Diffusion Guidance (2022), with scale = 1 + w.
    """
    if scale in (0, 1):
        return velocity(x, t, given if scale else absent)
    both = velocity(torch.cat([x, x]), torch.cat([t, t]), torch.cat([given, absent]))
    with_condition, without = both.chunk(2)
    return without + scale * (with_condition - without)
