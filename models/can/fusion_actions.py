"""What the fusion agent can do, and what it earns: shares of two detectors, and the reward of a right alarm."""

from itertools import combinations
from typing import Literal

import torch
from torch import Tensor

from .fusion_state import VGAE_SCORES

VGAEWeights = Literal["fixed", "learned"]


def alpha_values(count: int) -> Tensor:
    """``count`` shares of the classifier, evenly from 0 to 1: (count,) float64.

    Raises:
        ValueError: fewer than 2.
    """
    if count < 2:
        raise ValueError(f"num_alphas: got {count}, expected at least 2, such as 21 for steps of .05")
    return torch.linspace(0, 1, count, dtype=torch.float64)


def vgae_weightings(kind: VGAEWeights) -> Tensor:
    """The weights of the autoencoder's scores among which the agent chooses, each row summing to 1.

    ``fixed``: its own score alone. ``learned``: also each of the three errors, the means of two, and the mean of all three.

    Returns:
        (W, 4) float64, W = 1 or 8; columns as in ``VGAE_SCORES``.

    Raises:
        ValueError: another kind.
    """
    if kind not in ("fixed", "learned"):
        raise ValueError(f"vgae_weights: got {kind!r}, expected 'fixed' or 'learned'")
    own, *errors = range(len(VGAE_SCORES))
    sizes = range(1, len(errors) + 1) if kind == "learned" else ()
    chosen = [(own,), *(group for size in sizes for group in combinations(errors, size))]
    weights = torch.zeros(len(chosen), len(VGAE_SCORES), dtype=torch.float64)
    for row, group in zip(weights, chosen):
        row[list(group)] = 1 / len(group)
    return weights


def rewards(
    score: Tensor, alpha: Tensor, agreement: Tensor, y: Tensor, agreement_bonus: float = 0.0, balance_bonus: float = 0.0,
    margin_bonus: float = 0.0,
) -> Tensor:  # fmt: skip
    """1 for a right verdict and -1 for a wrong one, and the bonuses where they are asked for.

    Args:
        score: (B,) fused score; above .5 is an alarm.
        alpha: (B,) in [0, 1].
        agreement: (B,) in [0, 1], 1 where both detectors say the same.
        y: (B,) 1 for a window with an attack, else 0.
        agreement_bonus: times ``agreement``, for a right verdict.
        balance_bonus: times ``1 - |2 alpha - 1|``, whatever the verdict.
        margin_bonus: times the distance of ``2 score`` from 1, positive on the right side.

    Returns:
        (B,) float32.
    """
    right = (score > 0.5) == (y == 1)
    earned = torch.where(right, 1 + agreement_bonus * agreement, -torch.ones_like(agreement))
    margin = torch.where(y == 1, 2 * score - 1, 1 - 2 * score)
    return (earned + balance_bonus * (1 - (2 * alpha - 1).abs()) + margin_bonus * margin).float()
