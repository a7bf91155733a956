"""Whether photos, sketches and captions of one class find each other."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from ...registry import METRICS
from .gathered import GatheredMetric

# Chance varies with the sample; three times as much is none.
CHANCES = 3.0


def class_directions(embeddings: Tensor, labels: Tensor) -> Tensor:
    """The mean direction of each class: (N, D) and (N,) in [0, C) to (C, D) of length 1; 0 for a class without samples."""
    classes = int(labels.max()) + 1
    sums = embeddings.new_zeros(classes, embeddings.shape[1]).index_add_(0, labels, F.normalize(embeddings, dim=1))
    return F.normalize(sums, dim=1)


def found_right(queries: Tensor, candidates: Tensor, wanted: Tensor, labels: Tensor, own: bool = False) -> float:
    """The share of queries whose nearest candidate, by cosine, has the wanted label.

    Args:
        queries: (N, D).
        candidates: (M, D); rows that are 0 are no candidates.
        wanted: (N,) labels of the queries.
        labels: (M,) labels of the candidates.
        own: the candidate of a query's own number does not count.

    Returns:
        In [0, 1]; a query that is not finite, or has no candidate, is wrong.
    """
    cosines = F.normalize(queries, dim=1) @ F.normalize(candidates, dim=1).mT
    finite = queries.isfinite().all(1)
    cosines = cosines.masked_fill(~candidates.any(1), -torch.inf)
    if own:
        cosines.fill_diagonal_(-torch.inf)
    best, place = cosines.nan_to_num(nan=-torch.inf, neginf=-torch.inf).max(1)
    return float(((labels[place] == wanted) & finite & best.isfinite()).double().mean())


@METRICS.register_module()
class RetrievalAccuracy(GatheredMetric):
    """Class retrieval in a joint space of photos, sketches and captions.

    Results: ``photo`` and ``sketch``, the share nearest to its own class' mean caption among all classes' ; ``cross``, the
    share of photos whose nearest sketch, its own left out, is of its class. Chance is one over the number of classes.

    Args:
        image, sketch, text: outputs of the network, (B, D).
        label: key of the classes in the batch, (B,).
        num_classes: says what chance is; None leaves the metric without floors.
        prefix: put before every result's name.
    """

    whole_rows = True
    names = ("photo", "sketch", "cross")
    output_args, batch_args = ("image", "sketch", "text"), ("label",)

    def __init__(
        self, image: str = "image_embedding", sketch: str = "sketch_embedding", text: str = "text_embedding",
        label: str = "label", num_classes: int | None = None, prefix: str = "retrieval",
    ) -> None:  # fmt: skip
        super().__init__(prefix=prefix)
        self.image, self.sketch, self.text, self.label = image, sketch, text, label
        if num_classes:
            self.floors = dict.fromkeys(self.names, CHANCES / num_classes)

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """The three embeddings, and the class."""
        where = "the network's predict(batch)"
        return {
            "image": self.read(outputs, self.image, where).float(),
            "sketch": self.read(outputs, self.sketch, where).float(),
            "text": self.read(outputs, self.text, where).float(),
            "label": self.read(batch, self.label, "the batch"),
        }

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The three shares over all samples."""
        image, sketch, label = rows["image"], rows["sketch"], rows["label"]
        captions = class_directions(rows["text"], label)
        classes = torch.arange(len(captions))
        return {
            "photo": found_right(image, captions, label, classes),
            "sketch": found_right(sketch, captions, label, classes),
            "cross": found_right(image, sketch, label, label, own=True),
        }
