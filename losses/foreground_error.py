"""The absolute error of images that are mostly black, with the strokes weighing as much as the ground."""

import torch
from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup, upcast

THRESHOLD = 0.1  # a pixel whose brightest channel is above it belongs to the foreground


def foreground_error(image: Tensor, target: Tensor) -> Tensor:
    """The mean of the absolute errors over the target's foreground and over its background, a half each.

    A plain mean over a nearly black target hardly sees its strokes: a black image would be almost right. Where a target has no
    foreground, or no background, the other one counts alone.

    Args:
        image, target: (B, 3, H, W) in [0, 1].

    Returns:
        (B,) in [0, 1]; 0 for equal images.

    Raises:
        ValueError: the shapes differ.
    """
    if image.shape != target.shape:
        raise ValueError(
            f"foreground error: the images have the shapes {tuple(image.shape)} and {tuple(target.shape)}; they must be equal"
        )
    error = (image - target).abs().mean(1).flatten(1)
    front = (target.amax(1) > THRESHOLD).flatten(1).to(error.dtype)
    sides = torch.stack([front, 1 - front], 1)
    sizes = sides.sum(2)
    means = (error[:, None] * sides).sum(2) / sizes.clamp_min(1)
    return means.sum(1) / (sizes > 0).sum(1)


@LOSSES.register_module()
class ForegroundError(Loss):
    """The mean of ``foreground_error`` over the batch.

    Args:
        output: name of the image among the outputs, (B, 3, H, W) in [0, 1].
        target: key of the target image in the batch.
        weight: factor of this term in the task loss.
    """

    output_args = ("output",)
    batch_args = ("target",)

    def __init__(self, output: str = "image", target: str = "image", weight: float = 1.0) -> None:
        super().__init__(weight)
        self.output, self.target = output, target

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        image = upcast(lookup(outputs, self.output, "outputs"))
        return foreground_error(image, upcast(lookup(batch, self.target))).mean()
