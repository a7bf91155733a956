"""Images and captions of one group near each other, of different groups apart."""

from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .standardize import full_precision


def same_group(groups: Tensor) -> Tensor:
    """Whether two samples are of one group: (B,) labels or (B, L) rows such as caption tokens to (B, B) bool."""
    rows = groups.flatten(1) if groups.ndim > 1 else groups.unsqueeze(1)
    return (rows.unsqueeze(0) == rows.unsqueeze(1)).all(2)


def multi_positive_nce(logits: Tensor, positive: Tensor) -> Tensor:
    """``-mean_i (1 / |P_i|) sum over p in P_i of log softmax(logits_i)_p``.

    Args:
        logits: (B, M) of each anchor against each candidate.
        positive: (B, M) bool, P_i the candidates that are right; at least one a row.

    Returns:
        A scalar, at least the mean of log |P_i|.
    """
    target = positive.to(logits) / positive.sum(1, keepdim=True)
    return -(target * logits.log_softmax(1)).sum(1).mean()


def image_text_contrastive(image: Tensor, text: Tensor, scale: Tensor, groups: Tensor) -> Tensor:
    """The mean of both directions of InfoNCE; every pair of one group is right, not only the diagonal.

    Args:
        image: (B, D) of length 1.
        text: (B, D) of length 1.
        scale: a scalar, the factor of the cosines (the inverse temperature).
        groups: (B,) or (B, L), equal where image and caption belong together.

    Returns:
        A scalar.

    Source:
        Oord et al. (2018), arXiv:1807.03748; Radford et al. (2021), arXiv:2103.00020. With duplicates as negatives, as there,
        a batch with few classes would push right pairs apart.
    """
    image, text = upcast(image), upcast(text)
    with full_precision(image):
        logits, positive = upcast(scale) * image @ text.mT, same_group(groups)
        return (multi_positive_nce(logits, positive) + multi_positive_nce(logits.mT, positive)) / 2


@LOSSES.register_module()
class ImageTextContrastive(Loss):
    """Symmetric InfoNCE between two kinds of embeddings, with several positives; negatives come from this process' batch.

    Args:
        image: name of the one kind of embeddings, (B, D) of length 1: photos or sketches.
        text: name of the other.
        scale: name of the factor of the cosines, a scalar output.
        groups: key of the batch that is equal where two samples belong together, such as the label or the caption's tokens.
        weight: factor of this term in the task loss.
    """

    output_args = ("image", "text", "scale")
    batch_args = ("groups",)

    def __init__(
        self, image: str = "image_embedding", text: str = "text_embedding", scale: str = "logit_scale",
        groups: str = "label", weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        self.image, self.text, self.scale, self.groups = image, text, scale, groups

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        image, text, scale = (lookup(outputs, name, "outputs") for name in (self.image, self.text, self.scale))
        groups = lookup(batch, self.groups)
        if image.ndim != 2 or image.shape != text.shape or len(groups) != len(image):
            raise ValueError(
                f"ImageTextContrastive: got {self.image!r} of shape {tuple(image.shape)}, {self.text!r} of "
                f"{tuple(text.shape)} and {self.groups!r} of {tuple(groups.shape)}, expected (B, D), (B, D) and (B, ...)"
            )
        return image_text_contrastive(image, text, scale, groups)
