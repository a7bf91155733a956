"""Distances between images, one a pair."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ....losses.foreground_error import foreground_error
from ....losses.held_lpips import Backbone, HeldLPIPS

BATCH = 128


def absolute_error(image: Tensor, target: Tensor) -> Tensor:
    """The mean of the absolute errors: two (B, 3, H, W) to (B,)."""
    return (image - target).abs().flatten(1).mean(1)


def structural_similarity(image: Tensor, target: Tensor) -> Tensor:
    """SSIM with a Gaussian window of 1.5 px (Wang et al., 2004): two (B, 3, H, W) in [0, 1] to (B,), 1 for equal images.

    On nearly black images it misleads: where both are black it is 1, whatever is drawn elsewhere.
    """
    # It takes four seconds to import, and few runs need it.
    from torchmetrics.functional.image import structural_similarity_index_measure

    found = structural_similarity_index_measure(image, target, data_range=1.0, reduction="none")
    return torch.as_tensor(found).flatten()


class PerceptualDistance(HeldLPIPS):
    """LPIPS, or its stated substitute; see ``HeldLPIPS``.

    Args:
        backbone: ``alex`` or ``random``.
    """

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.hold(backbone, 0, extra="scene")

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        """Two (B, 3, H, W) in [0, 1] to (B,)."""
        return self.lpips(image, target)


Distances = Mapping[str, Callable[[Tensor, Tensor], Tensor]]


def distances(perceptual: PerceptualDistance | None = None) -> Distances:
    """Name -> function of (images, targets), each (B, 3, H, W), to (B,): ``l1``, ``foreground``, ``ssim``, and ``lpips``."""
    found = {"l1": absolute_error, "foreground": foreground_error, "ssim": structural_similarity}
    return {**found, "lpips": perceptual} if perceptual is not None else found


@torch.no_grad()
def compare(image: Tensor, target: Tensor, measures: Distances) -> dict[str, Tensor]:
    """Every distance of every pair.

    Args:
        image, target: (B, 3, H, W) in [0, 1].
        measures: by name.

    Returns:
        Name -> (B,) float32.
    """
    parts = [
        {name: measure(one, other) for name, measure in measures.items()}
        for one, other in zip(image.float().split(BATCH), target.float().split(BATCH))
    ]
    return {name: torch.cat([part[name] for part in parts]).float() for name in measures}
