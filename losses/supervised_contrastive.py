"""All views of all samples of a class near each other, of different classes apart."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .standardize import full_precision


def supervised_contrastive(embeddings: Tensor, labels: Tensor, temperature: float = 0.1) -> Tensor:
    """``-mean_i (1 / |P_i|) sum over p in P_i of log (exp(z_i z_p / T) / sum over a != i of exp(z_i z_a / T))``.

    Args:
        embeddings: (N, D), normalised here.
        labels: (N,); P_i are the other samples of i's label. A sample without one is left out.
        temperature: T, above 0.

    Returns:
        A scalar; 0 where no sample has another of its label.

    Source:
        Khosla et al., Supervised Contrastive Learning (2020), arXiv:2004.11362, equation 2 (L_out).
    """
    directions = F.normalize(upcast(embeddings), dim=1)
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    positive = (labels[:, None] == labels) & ~itself
    with full_precision(directions):
        logits = (directions @ directions.mT / temperature).masked_fill(itself, -torch.inf)
        log_share = logits.log_softmax(1).masked_fill(~positive, 0).sum(1)
    counts = positive.sum(1)
    return -(log_share / counts.clamp(min=1)).sum() / (counts > 0).sum().clamp(min=1)


@LOSSES.register_module()
class SupervisedContrastive(Loss):
    """Supervised contrastive loss over the views of the samples: photo to photo, sketch to sketch, and photo to sketch.

    Args:
        embeddings: names of the views' embeddings, each (B, D).
        labels: key of the classes in the batch, (B,).
        temperature: of the softmax, above 0.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: no view, or a temperature that is not above 0.
    """

    output_args = ("embeddings",)
    batch_args = ("labels",)

    def __init__(
        self, embeddings: Sequence[str] = ("image_embedding", "sketch_embedding"), labels: str = "label",
        temperature: float = 0.1, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        if isinstance(embeddings, str) or not embeddings:
            raise ValueError(f"SupervisedContrastive.embeddings: got {embeddings!r}, expected a list of output names")
        if temperature <= 0:
            raise ValueError(f"SupervisedContrastive.temperature: got {temperature}, expected a number above 0")
        self.embeddings, self.labels, self.temperature = tuple(embeddings), labels, temperature

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        views = torch.cat([lookup(outputs, name, "outputs") for name in self.embeddings])
        labels = lookup(batch, self.labels).repeat(len(self.embeddings))
        return supervised_contrastive(views, labels, self.temperature)
