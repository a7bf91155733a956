"""The distance between an image and what a frozen proxy draws of the predicted scene."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES, MODELS
from .base import Loss, lookup, upcast
from .foreground_error import foreground_error
from .held_lpips import Backbone, HeldLPIPS


@LOSSES.register_module()
class ProxyError(HeldLPIPS, Loss):
    """``pixels * foreground_error + perceptual * LPIPS`` of the proxy's drawing of a soft scene, beside the image itself.

    The proxy is a trained ``ForwardModel``, held still; gradients pass through it to numbers, booleans and categories. At the
    weight 0, as before a warm-up, nothing is computed.

    Args:
        companion: ``dict(config=..., checkpoint="auto")`` of the proxy.
        pixels: factor of the foreground error.
        perceptual: factor of the perceptual distance; 0 leaves it out, and its network is not built.
        backbone: ``alex`` for LPIPS with its weights; ``random`` for uncalibrated distances of random features, offline.
        samples: look at the first so many of a batch only, to save time; None for all.
        params: name of the soft scenes among the outputs, (B, D) in the layout of ``datasets.scene.encoding``.
        target: key of the images in the batch; (B, 3, H, W) in [0, 1], brought to the proxy's size.
        weight: factor of this term in the task loss.

    Raises:
        CompanionError: the proxy is not trained.
        ValueError: a negative factor, no samples, or an unknown backbone.
        ImportError, RuntimeError: LPIPS is asked for and cannot be had.
    """

    output_args = ("params",)
    batch_args = ("target",)

    def __init__(
        self, companion: dict, pixels: float = 1.0, perceptual: float = 0.5, backbone: Backbone = "alex",
        samples: int | None = None, params: str = "soft_params", target: str = "image", weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        for name, factor in (("pixels", pixels), ("perceptual", perceptual)):
            if factor < 0:
                raise ValueError(f"ProxyError.{name}: got {factor}, expected a number of at least 0")
        if samples is not None and samples < 1:
            raise ValueError(f"ProxyError.samples: got {samples}, expected at least 1, or None for all")
        self.pixels, self.perceptual, self.samples = pixels, perceptual, samples
        self.params, self.target = params, target
        self._held = []
        if perceptual:
            self.hold(backbone, 0, extra="scene")
        self.proxy: Any = MODELS.build({"type": "FrozenModel", **companion})
        # What it has learnt is the renderer, whichever scenes it saw: it need not have been trained on this run's data.
        self.proxy.provenance_of_data = {}

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        params = lookup(outputs, self.params, "outputs")
        if self.weight == 0:
            return 0 * params.sum()
        drawn = upcast(self.proxy({"params": params[: self.samples]})["image"])
        target = upcast(lookup(batch, self.target))[: self.samples]
        if target.shape[-2:] != drawn.shape[-2:]:
            target = F.interpolate(target, drawn.shape[-2:], mode="area")
        error = self.pixels * foreground_error(drawn, target).mean()
        if not self.perceptual:
            return error
        with torch.autocast(drawn.device.type, enabled=False):
            return error + self.perceptual * self.lpips(drawn, target).mean()
