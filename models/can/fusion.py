"""The fusion agent: for each window, how much to trust the autoencoder and how much the classifier."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..network import Network
from .contribution import Explained, shares
from .evidence import benign_scale, benign_threshold, evidence, fused_score, raised
from .fusion_actions import VGAEWeights, alpha_values, rewards, vgae_weightings
from .fusion_state import BOUNDED, SCORES, STATE, gat_columns, vgae_columns

STATE_VERSION = 1  # of ``fusion_state``: raise it when a column changes, so that states kept on disk do not match


@MODELS.register_module()
class FusionAgent(Network):
    """A Q-network over shares of two frozen detectors: ``(1 - alpha) * vgae + alpha * gat``, alpha chosen window by window.

    Each detector's score is brought to log-odds that are 0 at its threshold (see ``evidence``), and the fused score is the
    mixture of the two probabilities, so .5 is where alarms begin. Thresholds and scales come from benign validation windows
    (``calibrate``) and are buffers.

    An action is ``weighting * num_alphas + alpha``; with ``vgae_weights="fixed"`` there is one weighting.

    Outputs: ``q`` (B, actions); ``action`` (B,) int64, the best one, or the one of a remembered step; where labels or a
    remembered step are in the batch also ``reward`` (B,) and ``td_target`` (B,), the reward where nothing else was given.

    Args:
        vgae, gat: ``dict(config=..., checkpoint="auto")`` of the detectors, or, as in a published file, their networks' configs.
        hidden: widths of the Q-network's layers.
        num_alphas: shares from 0 to 1.
        vgae_weights: ``fixed`` for the autoencoder's own score; ``learned`` lets the agent choose among its errors too.
        temperature: of the policy that ``predict`` follows, in units of the reward; see ``policy``.
        benign_side: how much a detector's silence counts beside another's alarm, in (0, 1]; see ``evidence``.
        vgae_margin, gat_log_odds: how far thresholds are put above those of benign validation windows; see ``evidence.raised``.
        agreement_bonus, balance_bonus, margin_bonus: see ``rewards``; the first two reward the agent for something else than
            being right.

    Raises:
        ValueError: no hidden layer, fewer than 2 shares, an unknown kind of weights, or a number out of range.
        CompanionError: a detector is not trained.

    Source:
        The state and the shares follow KD-GAT, arXiv 2507.19686. A window's successor does not depend on the action, so this is a
        one-step decision: with a discount above 0 the agent bootstraps on itself.
    """

    outputs = ("q", "action", "reward", "td_target")
    predicts = (*outputs, "score", "alpha")
    inputs = ("graph",)
    prepares = ("state", "scores")
    companions = ("vgae", "gat")
    kd_refusal = "the DQN agent uses already-distilled VGAE and GAT models"

    def __init__(
        self, vgae: dict, gat: dict, hidden: Sequence[int] = (160, 160), num_alphas: int = 21,
        vgae_weights: VGAEWeights = "fixed", temperature: float = 0.1, benign_side: float = 0.1,
        vgae_margin: float = 3.0, gat_log_odds: float = 6.9,
        agreement_bonus: float = 0.0, balance_bonus: float = 0.0, margin_bonus: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        if not hidden:
            raise ValueError("FusionAgent.hidden: expected at least one width, got none, as in hidden=[160, 160].")
        if temperature < 0:
            raise ValueError(
                f"FusionAgent.temperature: got {temperature}, expected at least 0; 0 takes the best action"
            )
        if not 0 < benign_side <= 1:
            raise ValueError(
                f"FusionAgent.benign_side: got {benign_side}, expected a number in (0, 1]; 1 weighs both sides"
            )
        self.temperature, self.benign_side = temperature, benign_side
        self.vgae_margin, self.gat_log_odds = vgae_margin, gat_log_odds
        self.register_buffer("alphas", alpha_values(num_alphas), persistent=False)
        self.register_buffer("weightings", vgae_weightings(vgae_weights), persistent=False)
        self.bonuses = dict(agreement_bonus=agreement_bonus, balance_bonus=balance_bonus, margin_bonus=margin_bonus)
        self.num_actions = num_alphas * len(self.weightings)
        self.q_network = mlp(len(STATE), hidden, self.num_actions)
        zeros, ones = (lambda n: torch.zeros(n, dtype=torch.float64)), (lambda n: torch.ones(n, dtype=torch.float64))
        self.register_buffer("score_threshold", zeros(len(SCORES)))
        self.register_buffer("score_scale", ones(len(SCORES)))
        self.register_buffer("state_mean", zeros(len(STATE)))
        self.register_buffer("state_scale", ones(len(STATE)))
        self.vgae, self.gat = (_detector(cfg) for cfg in (vgae, gat))

    alphas: Tensor
    weightings: Tensor
    score_threshold: Tensor
    score_scale: Tensor
    state_mean: Tensor
    state_scale: Tensor

    # -- the detectors --------------------------------------------------------------------------------------------------

    def detectors(self) -> dict[str, Any]:
        """The two networks, by the names of the arguments."""
        return {name: getattr(held := getattr(self, name), "network", held) for name in self.companions}

    def preparers(self) -> tuple[int, list[nn.Module]]:
        """What ``prepare`` depends on besides the batch: the version of its columns, and networks."""
        return STATE_VERSION, list(self.detectors().values())

    def train(self, mode: bool = True) -> "FusionAgent":
        """Training concerns the Q-network alone."""
        super().train(mode)
        for detector in self.detectors().values():
            detector.eval()
        return self

    @torch.no_grad()
    def prepare(self, batch: dict) -> dict:
        """The batch with ``state`` (B, 15) and ``scores`` (B, 5), float32, of windows that do not have them yet."""
        if "state" in batch:
            return batch
        detectors, graph = self.detectors(), batch["graph"]
        with torch.autocast(graph.x.device.type, enabled=False):
            of_vgae, errors = vgae_columns(detectors["vgae"](batch), graph, detectors["vgae"].score)
            of_gat, log_odds = gat_columns(detectors["gat"].predict(batch))
        state, scores = torch.cat([of_vgae, of_gat], dim=1), torch.cat([errors, log_odds], dim=1)
        return {**batch, "state": state.float(), "scores": scores.float()}

    # -- calibration ----------------------------------------------------------------------------------------------------

    def calibrate(self, benign: dict, target_fpr: float) -> None:
        """Fit thresholds, scales and the normalisation of the state.

        Args:
            benign: ``state`` (N, 15) and ``scores`` (N, 5) of windows without attack, none of them used to train the detectors.
            target_fpr: share of them that each score alone may call attacks, in [0, 1).

        Raises:
            ValueError: see ``benign_threshold``.
        """
        scores, state = benign["scores"].double(), benign["state"].double()
        threshold = raised(scores, benign_threshold(scores, target_fpr), self.vgae_margin, self.gat_log_odds)
        self.score_threshold.copy_(threshold)
        self.score_scale.copy_(benign_scale(scores, threshold))
        measured = torch.tensor([name not in BOUNDED for name in STATE], device=state.device)
        mean, spread = state.mean(dim=0), state.std(dim=0, correction=0).clamp_min(1e-3)
        self.state_mean.copy_(torch.where(measured, mean, 0.0))
        self.state_scale.copy_(torch.where(measured, spread, 1.0))

    def verdicts(self, batch: dict) -> tuple[Tensor, Tensor]:
        """Log-odds (B, weightings) of the autoencoder and (B,) of the classifier, float64, 0 at their scores' thresholds."""
        found = evidence(batch["scores"], self.score_threshold, self.score_scale, self.benign_side)
        return found[:, :-1] @ self.weightings.T, found[:, -1]

    # -- deciding -------------------------------------------------------------------------------------------------------

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """Values of all actions, and the best one or what is remembered of the step."""
        batch = self.prepare(batch)
        q = self.q_network(self.normalised(batch["state"]))
        if "action" in batch:
            return {"q": q, **{name: batch[name] for name in ("action", "reward", "td_target")}}
        action = q.argmax(dim=1)
        if "y" not in batch:
            return {"q": q, "action": action}
        reward = self.reward(batch, action)
        return {"q": q, "action": action, "reward": reward, "td_target": reward}

    def predict(self, batch: dict) -> dict[str, Tensor]:
        """The outputs, ``score`` (B,) float64 in (0, 1), above .5 an alarm, and ``alpha`` (B,): their means under ``policy``.

        Where ``batch["adapted"]`` (B,) says that training did not show the vehicle, the classifier decides alone: what an
        autoencoder of other vehicles cannot explain need not be an attack.
        """
        batch = self.prepare(batch)
        outputs = self.forward(batch)
        policy = self.policy(outputs["q"]).unflatten(1, (len(self.weightings), len(self.alphas)))
        vgae, gat = self.verdicts(batch)
        scores = fused_score(vgae.unsqueeze(2), gat.view(-1, 1, 1), self.alphas)
        score, alpha = (policy * scores).sum(dim=(1, 2)), (policy * self.alphas).sum(dim=(1, 2))
        if "adapted" in batch:
            score = torch.where(batch["adapted"], gat.sigmoid(), score)
            alpha = alpha.masked_fill(batch["adapted"], 1.0)
        return {**outputs, "score": score, "alpha": alpha}

    def explained(self, batch: dict) -> Explained:
        """The prediction, and the detectors' own explanations, each as shares, in the mixture that the agent chose."""
        outputs, graph = self.predict(batch), batch["graph"]

        def contributions() -> Tensor:
            of = {
                name: shares(network.explained(batch).contributions(), graph)
                for name, network in self.detectors().items()
            }
            return torch.lerp(of["vgae"], of["gat"], outputs["alpha"].to(of["gat"].dtype)[graph.batch])

        return Explained(outputs, contributions)

    def policy(self, q: Tensor) -> Tensor:
        """``softmax(q / temperature)``, the share (B, actions) of each action in a decision; of the best alone at 0.

        Many actions are equally right for most windows. The best of them is an accident of the last step, and a share that jumps
        from window to window spoils the ranking; the mean over all that are about as good does not.
        """
        if not self.temperature:
            return torch.nn.functional.one_hot(q.argmax(dim=1), self.num_actions).double()
        return (q.double() / self.temperature).softmax(dim=1)

    def decide(self, batch: dict, action: Tensor) -> dict[str, Tensor]:
        """What actions make of windows.

        Args:
            batch: with ``scores`` (B, 5).
            action: (B,) int64 in [0, num_actions).

        Returns:
            ``score`` (B,) in (0, 1), above .5 an alarm; ``alpha`` (B,) in [0, 1]; ``agreement`` (B,) in (0, 1], 1 where both
            detectors are equally sure; all float64.
        """
        vgae, gat = self.verdicts(batch)
        alpha, weighting = self.alphas[action % len(self.alphas)], action // len(self.alphas)
        vgae = vgae.gather(1, weighting.unsqueeze(1)).squeeze(1)
        agreement = 1 - (vgae.sigmoid() - gat.sigmoid()).abs()
        return {"score": fused_score(vgae, gat, alpha), "alpha": alpha, "agreement": agreement}

    def reward(self, batch: dict, action: Tensor) -> Tensor:
        """(B,) float32, what actions earn; ``batch`` holds ``scores`` and ``y``."""
        decided = self.decide(batch, action)
        return rewards(decided["score"], decided["alpha"], decided["agreement"], batch["y"], **self.bonuses)

    def normalised(self, state: Tensor) -> Tensor:
        """The state (B, 15) as the Q-network reads it: in the spread of benign windows, and compressed like the evidence."""
        found = torch.asinh((state.double() - self.state_mean) / self.state_scale)
        return found.to(next(self.q_network.parameters()).dtype)


def mlp(width: int, hidden: Sequence[int], outputs: int) -> nn.Sequential:
    """Linear layers with ReLU between them: ``width`` in, ``outputs`` out."""
    widths = [width, *hidden]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


def _detector(cfg: dict) -> nn.Module:
    if "config" in cfg:
        return MODELS.build({"type": "FrozenModel", **cfg})
    with torch.random.fork_rng():
        return MODELS.build(cfg).eval().requires_grad_(False)
