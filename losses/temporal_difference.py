"""The error of action values against what the actions earned."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast


def double_q_target(reward: Tensor, next_online: Tensor, next_target: Tensor, gamma: float) -> Tensor:
    """``reward + gamma * next_target[argmax next_online]``: one network chooses the next action, another values it.

    Args:
        reward: (B,).
        next_online: (B, A), values of the next state by the network in training.
        next_target: (B, A), by its slow copy.
        gamma: discount in [0, 1).

    Returns:
        (B,), detached.

    Source: van Hasselt et al., Deep Reinforcement Learning with Double Q-learning, 2016.
    """
    chosen = next_online.argmax(dim=1, keepdim=True)
    return (reward + gamma * next_target.gather(1, chosen).squeeze(1)).detach()


def temporal_difference(q: Tensor, action: Tensor, target: Tensor, delta: float = 1.0) -> Tensor:
    """The mean Huber error of the values of the actions taken: quadratic up to ``delta``, linear beyond.

    Args:
        q: (B, A).
        action: (B,) int64 in [0, A).
        target: (B,).
        delta: above 0, in units of the reward.

    Raises:
        ValueError: the shapes do not belong together.
    """
    if q.ndim != 2 or action.shape != target.shape or action.shape != q.shape[:1]:
        raise ValueError(
            f"temporal difference: got q {tuple(q.shape)}, action {tuple(action.shape)} and target "
            f"{tuple(target.shape)}, expected (B, A), (B,) and (B,). Check the names in the config."
        )
    taken = upcast(q).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.huber_loss(taken, target.to(taken.dtype), delta=delta)


@LOSSES.register_module()
class TemporalDifference(Loss):
    """The mean Huber error of ``q[action]`` against the target, which is detached.

    Args:
        q: name of the action values (B, A).
        action: name of the actions taken (B,).
        target: name of what they earned, (B,).
        delta: where the error becomes linear, above 0.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: ``delta`` is not above 0.
    """

    output_args = ("q", "action", "target")

    def __init__(
        self, q: str = "q", action: str = "action", target: str = "td_target", delta: float = 1.0, weight: float = 1.0
    ) -> None:
        super().__init__(weight)
        if not 0 < delta < math.inf:
            raise ValueError(f"TemporalDifference.delta: got {delta}, expected a number above 0, such as 1")
        self.q, self.action, self.target, self.delta = q, action, target, delta

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        q, action, target = (lookup(outputs, name, "outputs") for name in (self.q, self.action, self.target))
        return temporal_difference(q, action, torch.as_tensor(target).detach(), self.delta)
