"""A stated taste that needs no network: symmetric figures of some ink and many greys."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .judge import Judge

SEEN = 64  # px
THRESHOLD = 0.1  # a pixel above it has ink
BEST_COVERAGE, COVERAGE_WIDTH = 0.3, 0.25
LEVELS = 32
TURNS_DEG = (180.0, 120.0, 90.0, 72.0, 60.0)
TEMPERATURE = 0.1  # a difference of scores of 0.1 is preferred with odds of e to 1


def symmetry(image: Tensor) -> Tensor:
    """How well an image covers its own mirror image or itself turned, wherever its middle is.

    The largest correlation over two mirrors, five turns (a half, a third, a quarter, a fifth, a sixth) and all shifts.

    Args:
        image: (B, H, W) in [0, 1].

    Returns:
        (B,) in [0, 1]; 0 for images of one grey.
    """
    turned = [image.flip(-1), image.flip(-2), *(_turned(image, angle) for angle in TURNS_DEG)]
    return torch.stack([_correlation(image, other) for other in turned]).amax(0).clamp(0, 1)


def coverage(image: Tensor) -> Tensor:
    """The share of pixels with ink: (B, H, W) in [0, 1] to (B,)."""
    return (image > THRESHOLD).flatten(1).float().mean(1)


def entropy(image: Tensor) -> Tensor:
    """Of the histogram of 32 greys, divided by its most, 5 bits: (B, H, W) in [0, 1] to (B,) in [0, 1]."""
    levels = (image * LEVELS).long().clamp(0, LEVELS - 1).flatten(1)
    share = F.one_hot(levels, LEVELS).float().mean(1)
    return -torch.special.xlogy(share, share).sum(1) / torch.log(torch.tensor(float(LEVELS)))


def aesthetic(images: Tensor) -> Tensor:
    """The geometric mean of symmetry, entropy, and how near the coverage is to 30 %.

    Args:
        images: (B, 3, H, W) in [0, 1]; averaged to 64 px, so that noise of single pixels counts little.

    Returns:
        (B,) in [0, 1].
    """
    grey = F.interpolate(images.mean(1, keepdim=True), (SEEN, SEEN), mode="area")[:, 0]
    near = torch.exp(-(((coverage(grey) - BEST_COVERAGE) / COVERAGE_WIDTH) ** 2))
    return (symmetry(grey) * entropy(grey) * near).clamp_min(0) ** (1 / 3)


class Heuristic(Judge):
    """Prefers what ``aesthetic`` rates higher."""

    symmetric = True

    def facts(self) -> dict:
        return {"scorer": "heuristic", "version": 1}

    def compare(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> list[float]:
        first, second = (aesthetic(torch.stack(list(side))) for side in zip(*pairs))
        return ((first - second) / TEMPERATURE).sigmoid().tolist()

    def rate(self, images: Sequence[Tensor]) -> list[float]:
        return aesthetic(torch.stack(list(images))).tolist()


def _turned(image: Tensor, angle_deg: float) -> Tensor:
    angle = torch.deg2rad(torch.tensor(angle_deg))
    turn = torch.stack([angle.cos(), -angle.sin(), angle.new_zeros(()), angle.sin(), angle.cos(), angle.new_zeros(())])
    grid = F.affine_grid(turn.view(1, 2, 3).expand(len(image), 2, 3), [len(image), 1, *image.shape[1:]], False)
    return F.grid_sample(image[:, None], grid, align_corners=False)[:, 0]


def _correlation(image: Tensor, other: Tensor) -> Tensor:
    """The largest over all circular shifts, (B,)."""
    centred = [one - one.mean((1, 2), keepdim=True) for one in (image, other)]
    spectra = [torch.fft.rfft2(one) for one in centred]
    products = torch.fft.irfft2(spectra[0] * spectra[1].conj(), s=image.shape[-2:])
    norms = [one.flatten(1).norm(dim=1) for one in centred]
    return products.flatten(1).amax(1) / (norms[0] * norms[1]).clamp_min(1e-6)
