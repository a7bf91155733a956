"""A generator of sketches that learns from what it draws."""

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from ...registry import MODELS
from .flow_matching import FlowMatching
from .sampling import Sampling, sampling_of
from .solvers import Velocity, integrate, time_grid


@MODELS.register_module()
class FlowRollout(FlowMatching):
    """``FlowMatching`` that also draws each image in training, with gradients, so that losses can judge the drawing.

    It is the same network: its weights are those of ``FlowMatching``, and it samples as that does.

    Args:
        rollout: ``dict(sampler="heun", steps=4)``: how it draws in training; see ``Sampling``.
        gradient_steps: the last steps of the path that have gradients; None for all. Earlier ones are only followed.
        checkpoint_steps: compute each velocity again in the backward pass instead of keeping what it needs: less memory.
        backbone, condition, encoder, others: see ``FlowMatching``.

    Shapes:
        batch["image"] (B, 3, H, W) to draw, of which nothing else is known; batch["strokes"] (R, S, 4, 2) and
        batch["replay_image"] (R, 3, H, W), pairs to go on learning from. Outputs: ``strokes`` (B, S, 4, 2), drawn;
        ``velocity`` and ``strokes_estimate`` (R, S, 4, 2) of the pairs. A batch without ``replay_image`` is one of
        ``FlowMatching``, without ``strokes`` among the outputs.

    Raises:
        ValueError: no encoder, or gradients of no step or of more than there are.
    """

    outputs = (*FlowMatching.outputs, "strokes")
    prepares = (*FlowMatching.prepares, "target_tokens", "rollout_noise")
    settings = {**FlowMatching.settings, "rollout": Sampling}

    def __init__(
        self, backbone: dict, condition: dict, encoder: dict | None = None, rollout: dict | None = None,
        gradient_steps: int | None = None, checkpoint_steps: bool = False, **others,
    ) -> None:  # fmt: skip
        if encoder is None:
            raise ValueError("FlowRollout.encoder: got None, expected the frozen encoder of the images that it draws")
        super().__init__(backbone, condition, encoder, **others)
        self.rollout = sampling_of({"steps": 4, **(rollout or {})})
        if gradient_steps is not None and not 1 <= gradient_steps <= self.rollout.steps:
            raise ValueError(
                f"FlowRollout.gradient_steps: got {gradient_steps}, expected 1 to {self.rollout.steps}, the rollout's steps"
            )
        self.gradient_steps, self.checkpoint_steps = gradient_steps or self.rollout.steps, checkpoint_steps

    @classmethod
    def declared_inputs(cls, cfg: dict) -> tuple[str, ...]:
        """The keys of the batch that a config makes it read."""
        return (*super().declared_inputs(cfg), "replay_image")

    def prepare(self, batch: dict) -> dict:
        """Tokens of both kinds of images, the flow's draws for the pairs, and the noise of the drawings.

        Raises:
            ValueError: strokes of another shape, or tokens that do not fit the condition.
        """
        if "replay_image" not in batch:
            return super().prepare(batch)
        replayed = super().prepare({**batch, "image": batch["replay_image"]})
        targets = self._encoded({"image": batch["image"]})[str(self.condition.field)]
        noise = batch.get("rollout_noise")
        if noise is None:
            noise = torch.randn(len(targets), *self.sketch_shape, device=targets.device)
        return {**replayed, "image": batch["image"], "target_tokens": targets, "rollout_noise": noise}

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """The pairs' ``velocity`` and ``strokes_estimate``, and the drawn ``strokes``."""
        outputs = super().forward(batch)
        if "target_tokens" not in batch:
            return outputs
        condition = {str(self.condition.field): batch["target_tokens"]}
        return {**outputs, "strokes": self.drawn(batch["rollout_noise"], condition)}

    def drawn(self, x0: Tensor, batch: dict) -> Tensor:
        """Follow the flow from noise (B, S, 4, 2) as ``rollout`` says; (B, S, 4, 2) with gradients."""
        settings = self.rollout
        times = time_grid(settings.steps, settings.shift, x0.device)
        velocity = self._field(x0, batch, settings)
        begin, x = settings.steps - self.gradient_steps, x0
        if begin:
            with torch.no_grad():
                x = integrate(velocity, x0, times[: begin + 1], settings.sampler, ends=False)
        return integrate(velocity, x, times[begin:], settings.sampler) / self.data_scale

    def _field(self, x0: Tensor, batch: dict, settings: Sampling) -> Velocity:
        velocity = self.field(x0, batch, settings)
        if not (self.checkpoint_steps and torch.is_grad_enabled()):
            return velocity
        return lambda x, t: checkpoint(velocity, x, t, use_reentrant=False)
