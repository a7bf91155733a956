"""The energy of a map's border beside that of its interior."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .standardize import EPS, MapLoss


def border_energy(maps: Tensor, width: int = 2) -> Tensor:
    """The mean square of the frame over the mean square of what it encloses, over all maps together.

    Args:
        maps: (..., H, W) standardized, so that every map counts alike.
        width: of the frame, in pixels; below half of the shorter side.

    Returns:
        A scalar; 1 where no place differs from the others.

    Raises:
        ValueError: a frame that leaves no interior.
    """
    height, across = maps.shape[-2:]
    if not 0 < 2 * width < min(height, across):
        raise ValueError(
            f"BorderEnergy.width: got {width}, expected 1 to {(min(height, across) - 1) // 2} for maps of {height} x "
            f"{across} pixels"
        )
    energy = maps.square()
    interior = energy[..., width:-width, width:-width]
    count, inside = energy.numel(), interior.numel()
    within = interior.sum()
    return ((energy.sum() - within) / (count - inside) + EPS) / (within / inside + EPS)


@LOSSES.register_module()
class BorderEnergy(MapLoss):
    """``relu(|log r| - margin)``, r the energy of the border over that of the interior, over a batch of maps.

    Natural images know no distinguished place, a convolution that pads does: its border can carry energy that passes for
    slope and kurtosis.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        width: of the border, in pixels.
        margin: the logarithm of the ratio that goes unpunished.
        weight: factor of this term in the task loss.
    """

    def __init__(
        self, output: str = "latent", form: Literal["raw", "scale_invariant"] = "scale_invariant", width: int = 2,
        margin: float = 0.05, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, form, weight)
        self.width, self.margin = width, margin

    def penalty(self, maps: Tensor) -> Tensor:
        return F.relu(torch.log(border_energy(maps, self.width)).abs() - self.margin)
