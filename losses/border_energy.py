"""The energy of a map's border beside that of its interior."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .standardize import EPS, MapLoss


def frame_energies(maps: Tensor, width: int = 3) -> Tensor:
    """The mean square of the frames of 1 to ``width`` pixels, each over that of what the widest of them encloses.

    Args:
        maps: (..., H, W) of zero mean; standardized, every map counts alike.
        width: of the widest frame, in pixels; below half of the shorter side.

    Returns:
        (width,), over all maps together; 1 where no place differs from the others.

    Raises:
        ValueError: a frame that leaves no interior.
    """
    height, across = maps.shape[-2:]
    if not 0 < 2 * width < min(height, across):
        raise ValueError(
            f"BorderEnergy.width: got {width}, expected 1 to {(min(height, across) - 1) // 2} for maps of {height} x "
            f"{across} pixels"
        )
    energy = maps.square().flatten(0, -3).mean(0)
    enclosed = torch.stack([energy[k : height - k, k : across - k].sum() for k in range(width + 1)])
    pixels = energy.new_tensor([(height - 2 * k) * (across - 2 * k) for k in range(width + 1)])
    frames = (enclosed[0] - enclosed[1:]) / (pixels[0] - pixels[1:])
    return (frames + EPS) / (enclosed[-1] / pixels[-1] + EPS)


@LOSSES.register_module()
class BorderEnergy(MapLoss):
    """The mean of ``relu(|log r_k| - margin)``, r_k the energy of the frame of k pixels over that of the interior.

    Natural images know no distinguished place, a convolution that pads does: its border can carry energy that passes for
    slope and kurtosis.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        width: of the widest frame, in pixels.
        margin: the logarithm of a ratio that goes unpunished.
        weight: factor of this term in the task loss.
    """

    def __init__(
        self, output: str = "latent", form: Literal["raw", "scale_invariant"] = "scale_invariant", width: int = 3,
        margin: float = 0.05, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, form, weight)
        self.width, self.margin = width, margin

    def penalty(self, maps: Tensor) -> Tensor:
        return F.relu(torch.log(frame_energies(maps, self.width)).abs() - self.margin)
