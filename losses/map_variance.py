"""The variance of each map, held near 1."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, upcast
from .standardize import EPS, known_form, read_maps


def map_variance(maps: Tensor) -> Tensor:
    """The population variance of each map over its pixels: (..., H, W) to (...)."""
    return torch.var(upcast(maps), (-2, -1), correction=0)


def log_variance_hinge(variance: Tensor, margin: float = 0.2) -> Tensor:
    """``relu(|log(variance + 1e-8)| - margin)``: the same for half and for twice the variance.

    Args:
        variance: (...), at least 0.
        margin: width of the free zone in natural logarithms; .2 leaves [.82, 1.22] free.

    Returns:
        (...), at least 0; 18.2 for a constant map at margin .2.
    """
    return F.relu(torch.log(variance + EPS).abs() - margin)


@LOSSES.register_module()
class MapVariance(Loss):
    """The mean over maps of ``|var - 1|`` for ``raw``, of ``relu(|log var| - margin)`` for ``log``.

    It is the one term that sets the scale where the others ignore it. ``raw`` falls off with the square of the amplitude:
    near 0 its gradient vanishes, and a linear term such as the raw total variation wins. The gradient of ``log`` grows
    there as 1 / amplitude. At an exactly constant map the gradient of both is 0.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` or ``log``, as above.
        margin: width of the free zone of ``log`` in natural logarithms, at least 0.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form, or a negative margin.
    """

    output_args = ("output",)

    def __init__(
        self,
        output: str = "latent",
        form: Literal["raw", "log"] = "log",
        margin: float = 0.2,
        weight: float = 1.0,
    ) -> None:
        super().__init__(weight)
        if margin < 0:
            raise ValueError(f"MapVariance.margin: expected a number of at least 0, got {margin}.")
        self.output = output
        self.form = known_form("MapVariance", form, ("raw", "log"))
        self.margin = margin

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        variance = map_variance(read_maps(outputs, self.output, "MapVariance"))
        return ((variance - 1).abs() if self.form == "raw" else log_variance_hinge(variance, self.margin)).mean()
