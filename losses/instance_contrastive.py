"""Each image nearer to its own counterpart than to all others."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .standardize import full_precision


def instance_contrastive(anchors: Tensor, candidates: Tensor, scale: float = 20.0) -> Tensor:
    """``-mean_i log softmax_j (scale cos(a_i, c_j))_i``: InfoNCE in which candidate i is right for anchor i.

    Args:
        anchors: (B, D), normalised here.
        candidates: (M, D), M at least B; those from B on are right for none.
        scale: of the cosines, the inverse temperature.

    Returns:
        A scalar, at least 0.

    Source:
        Oord et al., Representation Learning with Contrastive Predictive Coding (2018), arXiv:1807.03748, equation 4.
    """
    anchors, candidates = F.normalize(upcast(anchors), dim=1), F.normalize(upcast(candidates), dim=1)
    with full_precision(anchors):
        return F.cross_entropy(scale * anchors @ candidates.mT, torch.arange(len(anchors), device=anchors.device))


@LOSSES.register_module()
class InstanceContrastive(Loss):
    """InfoNCE from each photo to its own sketch among all sketches, scribbles included; classes do not count.

    Args:
        anchors: name of embeddings (B, D).
        candidates: name of embeddings (M, D) whose first B belong to the anchors in their order.
        scale: of the cosines, above 0.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: a scale that is not above 0; at a step, fewer candidates than anchors or another width.
    """

    output_args = ("anchors", "candidates")

    def __init__(
        self, anchors: str = "image_embedding", candidates: str = "drawn_embedding", scale: float = 20.0, weight: float = 1.0
    ) -> None:  # fmt: skip
        super().__init__(weight)
        if scale <= 0:
            raise ValueError(f"InstanceContrastive.scale: got {scale}, expected a number above 0")
        self.anchors, self.candidates, self.scale = anchors, candidates, scale

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        anchors, candidates = (lookup(outputs, name, "outputs") for name in (self.anchors, self.candidates))
        if anchors.ndim != 2 or candidates.ndim != 2 or len(candidates) < len(anchors):
            raise ValueError(
                f"InstanceContrastive: got {self.anchors!r} of shape {tuple(anchors.shape)} and {self.candidates!r} of "
                f"{tuple(candidates.shape)}, expected (B, D) and (M, D) with M at least B"
            )
        return instance_contrastive(anchors, candidates, self.scale)
