"""The perceptual distance between an output image and an image of the batch."""

import torch
from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup
from .held_lpips import Backbone, HeldLPIPS


@LOSSES.register_module()
class PerceptualError(HeldLPIPS, Loss):
    """LPIPS of an output image and a target image; at the weight 0, as before a warm-up, it is not computed.

    Args:
        backbone: ``alex`` for LPIPS with its weights; ``random`` for uncalibrated distances of random features, offline.
        seed: of the random features.
        output: name of the image among the outputs, (B, 3, H, W) in [0, 1].
        target: key of the target image in the batch.
        weight: factor of this term in the task loss.

    Raises:
        ImportError: the package lpips is absent.
        RuntimeError: the weights can be neither found nor downloaded.
        ValueError: an unknown backbone.
    """

    output_args = ("output",)
    batch_args = ("target",)

    def __init__(
        self, backbone: Backbone = "alex", seed: int = 0, output: str = "image", target: str = "image",
        weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        self.output, self.target = output, target
        self.hold(backbone, seed, extra="scene")

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        image, target = lookup(outputs, self.output, "outputs"), lookup(batch, self.target)
        if self.weight == 0:
            return 0 * image.sum()
        with torch.autocast(image.device.type, enabled=False):
            return self.lpips(image, target).mean()
