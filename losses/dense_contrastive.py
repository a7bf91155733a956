"""Each place of an image's feature map nearest to the same place of its counterpart's."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .instance_contrastive import instance_contrastive


def centred(maps: Tensor) -> Tensor:
    """Maps without their mean over places: what all places share says nothing of where things are.

    Args:
        maps: (B, C, h, w).

    Returns:
        (B, C, h, w), each channel of each sample with mean 0.
    """
    return maps - maps.mean((-2, -1), keepdim=True)


def dense_contrastive(first: Tensor, second: Tensor, places: Tensor, scale: float = 10.0) -> Tensor:
    """InfoNCE between the features of two maps at the same places, all samples' places together as candidates.

    Args:
        first, second: (B, C, h, w), centred here.
        places: (K,) int64 in [0, h w), the same for all samples.
        scale: of the cosines.

    Returns:
        A scalar, at least 0.

    Source:
        Wang et al., Dense Contrastive Learning for Self-Supervised Visual Pre-Training (2021), arXiv:2011.09157,
        equation 3, with places known to correspond instead of matched.
    """
    rows = [centred(upcast(maps)).flatten(2)[..., places].transpose(1, 2).flatten(0, 1) for maps in (first, second)]
    return instance_contrastive(rows[0], rows[1], scale)


@LOSSES.register_module()
class DenseContrastive(Loss):
    """The mean of ``dense_contrastive`` over pairs of maps: a photo and its sketch agree on where things are.

    The places are drawn at every step by the global generator.

    Args:
        first: names of maps, (B, C, h, w).
        second: names of as many maps of the same shapes.
        places: of each map at most.
        scale: of the cosines, above 0.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: lists of different length or empty, a number out of range; at a step, maps of different shapes.
    """

    output_args = ("first", "second")

    def __init__(
        self, first: Sequence[str] = ("image_map_2", "image_map_3"), second: Sequence[str] = ("sketch_map_2", "sketch_map_3"),
        places: int = 16, scale: float = 10.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        if isinstance(first, str) or isinstance(second, str) or not first or len(first) != len(second):
            raise ValueError(
                f"DenseContrastive: got first={first!r}, second={second!r}, expected two lists of equal length"
            )
        if places < 1 or scale <= 0:
            raise ValueError(f"DenseContrastive: got places={places}, scale={scale}, expected both above 0")
        self.first, self.second, self.places, self.scale = tuple(first), tuple(second), places, scale

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        return torch.stack([self._between(outputs, *names) for names in zip(self.first, self.second)]).mean()

    def _between(self, outputs: dict, first: str, second: str) -> Tensor:
        one, other = lookup(outputs, first, "outputs"), lookup(outputs, second, "outputs")
        if one.ndim != 4 or one.shape != other.shape:
            raise ValueError(
                f"DenseContrastive: got {first!r} of shape {tuple(one.shape)} and {second!r} of {tuple(other.shape)}, expected "
                "two maps (B, C, h, w) of one shape"
            )
        places = torch.randperm(one.shape[-2] * one.shape[-1], device=one.device)[: self.places]
        return dense_contrastive(one, other, places, self.scale)
