"""Accuracy of a classifier, overall and of its worst class."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ...registry import METRICS
from .gathered import GatheredMetric


@METRICS.register_module()
class Accuracy(GatheredMetric):
    """Share of the samples whose largest logit is that of their label.

    Results: ``accuracy``, and ``worst_class``, the least accuracy of the classes that occur.

    Args:
        logits: output of the network, (B, classes).
        target: key of the batch with the labels, (B,) int64.
        prefix: put before every result's name.

    Attributes:
        floors: ``accuracy`` by chance, 1 / classes, once a batch has been seen.
    """

    names = ("accuracy", "worst_class")
    output_args, batch_args = ("logits",), ("target",)

    def __init__(self, logits: str = "logits", target: str = "label", prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        self.logits, self.target = logits, target
        self.floors: dict[str, float] = {}

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """Predicted and true class of each sample.

        Raises:
            ValueError: logits that are not (B, classes), or a label that is no class.
        """
        logits = self.read(outputs, self.logits, "the network's predict(batch)")
        label = self.read(batch, self.target, "the batch")
        if logits.ndim != 2:
            raise ValueError(f"Accuracy: {self.logits!r} has the shape {tuple(logits.shape)}, expected (B, classes).")
        if len(label) and not 0 <= int(label.min()) <= int(label.max()) < logits.shape[1]:
            raise ValueError(
                f"Accuracy: {self.target!r} runs from {int(label.min())} to {int(label.max())}, expected labels from 0 to "
                f"{logits.shape[1] - 1}. Give the network as many classes as the data set has."
            )
        self.floors = {"accuracy": 1 / logits.shape[1]}
        return {"predicted": logits.argmax(1), "label": label}

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """Both accuracies over all samples."""
        return accuracies(rows["predicted"] == rows["label"], rows["label"])


def accuracies(right: Tensor, label: Tensor) -> dict[str, float]:
    """``accuracy`` and ``worst_class``.

    Args:
        right: (N,) bool.
        label: (N,) int64.
    """
    of_classes = [float(right[label == one].double().mean()) for one in torch.unique(label)]
    return {"accuracy": float(right.double().mean()), "worst_class": min(of_classes)}
