"""What every drawing of a scene is set beside: a black image, the mean image, and the nearest training image."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

NAMES = ("black", "mean", "nearest")
PART = 512
SEARCHED = 64  # px


class Baselines:
    """Answers that know nothing of scenes.

    ``nearest`` is the training image of the least squared distance in pixels, of images reduced to 64 px where they are larger.

    Args:
        training: a data set with ``image`` (B, 3, H, W) in [0, 1] in its batches.
    """

    def __init__(self, training: Any) -> None:
        self.training = training
        total, small = torch.zeros(()), []
        for start in range(0, len(training), PART):
            images = training.__getitems__(range(start, min(start + PART, len(training))))["image"]
            total = total + images.sum(0)
            # 8 bits are what the files hold, and a quarter of the memory.
            small.append((255 * reduced(images)).round().byte())
        self.mean, self._small = total / len(training), torch.cat(small)

    def images_for(self, target: Tensor) -> dict[str, Tensor]:
        """The three answers for images (B, 3, H, W) in [0, 1], by name, each of that shape."""
        target = target.float().cpu()
        return {
            "black": torch.zeros_like(target),
            "mean": self.mean.expand_as(target),
            "nearest": self.training.__getitems__(self.nearest(target).tolist())["image"],
        }

    def nearest(self, target: Tensor) -> Tensor:
        """(B,) int64, the training image that is nearest to each."""
        wanted, found = reduced(target.float().cpu()).flatten(1), []
        for part in self._small.split(PART):
            known = part.flatten(1).float() / 255
            # The target's own norm is the same for every candidate.
            found.append(known.square().sum(1) - 2 * wanted @ known.T)
        return torch.cat(found, 1).argmin(1)


def reduced(images: Tensor) -> Tensor:
    """Images (B, 3, H, W) averaged to at most 64 px."""
    return F.interpolate(images, (SEARCHED, SEARCHED), mode="area") if images.shape[-1] > SEARCHED else images


def share_better(own: Tensor, others: Sequence[Tensor]) -> float:
    """The share of the samples whose error (N,) is below every one of the others'."""
    return float((own[:, None] < torch.stack(list(others), 1)).all(1).double().mean())
