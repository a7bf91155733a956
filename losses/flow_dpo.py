"""Direct preference optimization of a flow: the winner's velocity error falls against the loser's, measured from a reference."""

import math
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .output_match import known_kind

KINDS = ("sigmoid", "ipo")
_SPREAD_MEMORY = 0.9  # of the running spread of the margins
_TINY = 1e-12

Pair = tuple[Tensor, Tensor]


def velocity_errors(velocity: Tensor, target: Tensor) -> Tensor:
    """The mean squared error of each sample: (B, ...) and (B, ...) to (B,)."""
    return (upcast(velocity) - upcast(target)).square().flatten(1).mean(1)


def preference_margin(policy: Pair, reference: Pair) -> Tensor:
    """``(ref_w - theta_w) - (ref_l - theta_l)``: by how much more the winner's error has fallen than the loser's.

    Args:
        policy: velocity errors (B,) of winners and of losers.
        reference: those of the reference, from the same noise at the same times.

    Source: Wallace et al., Diffusion Model Alignment Using Direct Preference Optimization (2023), equation 14.
    """
    return (reference[0] - policy[0]) - (reference[1] - policy[1])


def preference_loss(z: Tensor, kind: Literal["sigmoid", "ipo"] = "sigmoid", label_smoothing: float = 0.0) -> Tensor:
    """The loss of each pair from ``z``, beta times its margin.

    ``sigmoid``: -(1 - s) log sigmoid(z) - s log sigmoid(-z), s being the label smoothing: the share of choices that are taken to
    be wrong. ``ipo``: (z - 1/2)^2, which is beta^2 (margin - 1 / (2 beta))^2; it has a minimum, where the sigmoid has none.

    Args:
        z: (B,).
        kind: ``sigmoid`` or ``ipo``.
        label_smoothing: s in [0, .5), for ``sigmoid``.

    Returns:
        (B,).

    Source: Rafailov et al. (2023); Mitchell, A note on DPO with noisy preferences (2023); Azar et al., IPO (2023), equation 17.
    """
    if kind == "ipo":
        return (z - 0.5).square()
    return -(1 - label_smoothing) * F.logsigmoid(z) - label_smoothing * F.logsigmoid(-z)


def safe_share(winner: Tensor, loser: Tensor) -> Tensor:
    """How much of the loser's gradient leaves the winner's error falling, to first order, in the space of the outputs.

    Where the residuals r_w and r_l point the same way, pushing the loser off pushes the winner off too; then the share is
    |r_w|^2 / <r_w, r_l>, at most 1.

    Args:
        winner: residual of the velocity (B, ...).
        loser: likewise.

    Returns:
        (B,) in [0, 1], detached.

    Source: Fu et al., Diffusion-SDPO (2025), the scaling of the loser's gradient in output space.
    """
    winner, loser = winner.detach().flatten(1), loser.detach().flatten(1)
    aligned = (winner * loser).sum(1)
    share = winner.square().sum(1) / aligned.clamp_min(_TINY)
    return torch.where(aligned > 0, share.clamp(max=1), torch.ones_like(share))


@LOSSES.register_module()
class FlowDPO(Loss):
    """The mean over pairs of the preference loss of ``z = beta (1 - t)^p margin``; log 2 where policy and reference agree.

    It is a distillation loss: ``KDHook`` with ``alpha=1`` brings the reference. The first half of the batch are winners, the
    second half their losers, at the same times from the same noise, as ``PreferenceFlow`` prepares them.

    Args:
        beta: how strongly the policy is held to the reference, above 0. Errors are means over coordinates here; codes that
            carry a factor -.5 (DiffusionDPO) have half of theirs.
        kind: ``sigmoid`` or ``ipo``; see ``preference_loss``.
        label_smoothing: share of choices taken to be wrong, in [0, .5); for ``sigmoid``.
        time_power: p, at least 0.
        winner_preserving: scale the loser's gradient; see ``safe_share``.
        target_spread: where beta would spread z by more than this standard deviation, it is lowered until it does not; None
            leaves it alone. The running spread is part of the checkpoint.
        output: name of the velocity in the outputs of both.
        target: key of the batch with the true velocity.
        time: key of t in the batch, (2 B,).
        weight: factor of this term in the distillation loss.

    Raises:
        ValueError: an argument out of range; at a step, an odd number of samples.
    """

    output_args = ("output",)
    batch_args = ("target", "time")

    def __init__(
        self, beta: float = 2000.0, kind: Literal["sigmoid", "ipo"] = "sigmoid", label_smoothing: float = 0.0,
        time_power: float = 0.0, winner_preserving: bool = False, target_spread: float | None = None,
        output: str = "velocity", target: str = "velocity_target", time: str = "t", weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        self.kind: Literal["sigmoid", "ipo"] = known_kind("FlowDPO", kind, KINDS)
        _check(beta, label_smoothing, time_power, target_spread)
        if kind == "ipo" and label_smoothing:
            raise ValueError("FlowDPO.label_smoothing: belongs to kind='sigmoid'; IPO bounds z by itself")
        self.beta, self.label_smoothing, self.time_power = beta, label_smoothing, time_power
        self.winner_preserving, self.target_spread = winner_preserving, target_spread
        self.output, self.target, self.time = output, target, time
        self.register_buffer("spread", torch.zeros(()))
        self.spread: Tensor

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        policy, target = lookup(outputs, self.output, "outputs"), lookup(batch, self.target)
        if len(policy) % 2:
            raise ValueError(
                f"FlowDPO: got {len(policy)} samples, expected winners and as many losers; use network PreferenceFlow"
            )
        taught = lookup(outputs, f"teacher.{self.output}", "outputs")
        winner, loser = velocity_errors(policy, target).chunk(2)
        if self.winner_preserving:
            share = safe_share(*(upcast(policy) - upcast(target)).chunk(2))
            loser = share * loser + (1 - share) * loser.detach()
        reference = velocity_errors(taught.detach(), target).chunk(2)
        times = upcast(lookup(batch, self.time)).chunk(2)[0]
        margin = (1 - times) ** self.time_power * preference_margin((winner, loser), (reference[0], reference[1]))
        return preference_loss(self._strength(margin) * margin, self.kind, self.label_smoothing).mean()

    def _strength(self, margin: Tensor) -> float | Tensor:
        """Beta, or less where z would be spread too far."""
        if self.target_spread is None:
            return self.beta
        if self.training and torch.is_grad_enabled() and len(margin) > 1:
            now = margin.detach().std().to(self.spread)
            known = self.spread > 0
            self.spread.copy_(torch.where(known, torch.lerp(now, self.spread, _SPREAD_MEMORY), now))
        return (self.target_spread / self.spread.clamp_min(_TINY)).clamp(max=self.beta)


def _check(beta: float, label_smoothing: float, time_power: float, target_spread: float | None) -> None:
    if not 0 < beta < math.inf:
        raise ValueError(f"FlowDPO.beta: got {beta}, expected a number above 0, such as 2000")
    if not 0 <= label_smoothing < 0.5:
        raise ValueError(f"FlowDPO.label_smoothing: got {label_smoothing}, expected a share in [0, .5)")
    if not 0 <= time_power < math.inf:
        raise ValueError(f"FlowDPO.time_power: got {time_power}, expected a number of at least 0")
    if target_spread is not None and not 0 < target_spread < math.inf:
        raise ValueError(f"FlowDPO.target_spread: got {target_spread}, expected a number above 0, such as 1, or None")
