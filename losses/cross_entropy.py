"""Cross-entropy between class logits and class indices."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast

IGNORED = -100


def cross_entropy(logits: Tensor, target: Tensor, smoothing: float = 0.0, weights: Tensor | None = None) -> Tensor:
    """``-log softmax(logits)[target]``, averaged over every entry whose target is not -100.

    Args:
        logits: (..., C) any real.
        target: (...) int64 in [0, C), or -100 for an entry that does not count.
        smoothing: in [0, 1), the share of the target spread evenly over the classes.
        weights: (C,) factor of each class; the mean is then weighted by it.

    Returns:
        A scalar, at least 0; 0 where every target is -100.

    Raises:
        ValueError: shapes that do not fit, or a target that is not an integer.
    """
    if target.shape != logits.shape[:-1] or target.is_floating_point():
        raise ValueError(
            f"cross-entropy: expected an integer target of shape {tuple(logits.shape[:-1])} for logits of shape "
            f"{tuple(logits.shape)}, got {target.dtype} of shape {tuple(target.shape)}. Class indices are wanted, not "
            "probabilities, and the classes stand in the last dimension of the logits."
        )
    rows, labels = upcast(logits).flatten(0, -2), target.flatten().long()
    total = F.cross_entropy(rows, labels, weights, ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing)
    return total / _count(labels, weights, rows)


def _count(labels: Tensor, weights: Tensor | None, rows: Tensor) -> Tensor:
    """The number of entries that count, or the sum of their weights; never 0, so an ignored batch has loss 0."""
    counted = labels != IGNORED
    if weights is None:
        return counted.sum().clamp(min=1)
    mass = weights[labels.where(counted, 0)] * counted
    return mass.sum().clamp(min=torch.finfo(rows.dtype).tiny)


@LOSSES.register_module()
class CrossEntropy(Loss):
    """``mean_i -log softmax(logits_i)[target_i]``: the task loss of a classifier, lower is better.

    Nothing is detached. With ``class_weights`` the mean is weighted by the weight of each entry's class, as in PyTorch.

    Args:
        logits: name of the output, (..., C).
        target: key of the batch, (...) int64; dotted paths such as ``graph.node_id`` are allowed.
        label_smoothing: in [0, 1).
        class_weights: a factor for each of the C classes, or None.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: a smoothing outside [0, 1), negative weights, or weights that are not one a class.

    Source:
        Szegedy et al., Rethinking the Inception Architecture, 2016 (label smoothing).
    """

    output_args = ("logits",)
    batch_args = ("target",)
    class_weights: Tensor | None

    def __init__(
        self,
        logits: str = "logits",
        target: str = "y",
        label_smoothing: float = 0.0,
        class_weights: Sequence[float] | None = None,
        weight: float = 1.0,
    ) -> None:
        super().__init__(weight)
        if not 0 <= label_smoothing < 1:
            raise ValueError(f"CrossEntropy.label_smoothing: expected a number in [0, 1), got {label_smoothing}.")
        if class_weights is not None and min(class_weights) < 0:
            raise ValueError(f"CrossEntropy.class_weights: expected numbers of at least 0, got {list(class_weights)}.")
        self.logits = logits
        self.target = target
        self.label_smoothing = label_smoothing
        weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float32)
        self.register_buffer("class_weights", weights, persistent=False)

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        logits = lookup(outputs, self.logits, "outputs")
        return cross_entropy(logits, lookup(batch, self.target), self.label_smoothing, self._weights_for(logits))

    def _weights_for(self, logits: Tensor) -> Tensor | None:
        if self.class_weights is None:
            return None
        if len(self.class_weights) != logits.shape[-1]:
            raise ValueError(
                f"CrossEntropy.class_weights: expected {logits.shape[-1]} numbers, one a class of {self.logits!r}, "
                f"got {len(self.class_weights)}."
            )
        return self.class_weights.to(upcast(logits).dtype)
