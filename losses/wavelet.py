"""The mean magnitude of a map's finest Haar wavelet coefficients."""

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import upcast
from .standardize import MapLoss, full_precision

# Over one block of 2 x 2 pixels: the sum, upper minus lower, left minus right, and one diagonal minus the other.
FILTERS = (((1, 1), (1, 1)), ((1, 1), (-1, -1)), ((1, -1), (1, -1)), ((1, -1), (-1, 1)))


@lru_cache(maxsize=16)
def _filters(device: torch.device, dtype: torch.dtype) -> Tensor:
    """(4, 1, 2, 2) with entries +-1/2, which makes the transform orthonormal."""
    with torch.inference_mode(False):  # a tensor made in inference mode could not serve a later backward pass
        return torch.tensor(FILTERS, device=device, dtype=dtype).unsqueeze(1) / 2


def haar(maps: Tensor) -> Tensor:
    """The one-level orthonormal Haar transform of each map.

    Args:
        maps: (..., H, W) any real, H and W even.

    Returns:
        (..., 4, H / 2, W / 2): LL, LH, HL, HH, which PyWavelets calls cA, cH, cV, cD (``pywt.dwt2(maps, "haar")``). LH
        is the upper pixels minus the lower (horizontal detail), HL the left minus the right (vertical detail).

    Raises:
        ValueError: an odd side.

    Source:
        Mallat, A theory for multiresolution signal decomposition: the wavelet representation, 1989.
    """
    *lead, height, width = maps.shape
    if height % 2 or width % 2:
        raise ValueError(
            f"Haar transform: expected maps with an even number of rows and columns, got {height} x {width}. "
            "Crop or pad them in the network."
        )
    maps = upcast(maps)
    with full_precision(maps):
        bands = F.conv2d(maps.reshape(-1, 1, height, width), _filters(maps.device, maps.dtype), stride=2)
    return bands.reshape(*lead, 4, height // 2, width // 2)


def detail_magnitude(maps: Tensor) -> Tensor:
    """``mean |LH, HL, HH|`` of each map: (..., H, W) to (...)."""
    return haar(maps)[..., 1:, :, :].abs().mean((-3, -2, -1))


def magnitude_penalty(magnitude: Tensor, target: float = 0.3, slope: float = 0.1) -> Tensor:
    """``slope |magnitude - target|``.

    Args:
        magnitude: (...) mean magnitudes.
        target: the magnitude without penalty.
        slope: the penalty of one unit of distance.

    Returns:
        (...), at least 0.
    """
    return slope * (magnitude - target).abs()


@LOSSES.register_module()
class WaveletMagnitude(MapLoss):
    """The mean over maps of ``.1 | mean |LH, HL, HH| - target |``: neither smooth nor noisy at the finest scale.

    Args:
        output: name of the maps, (B, C, H, W), H and W even.
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        target: the mean magnitude without penalty.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form.
    """

    def __init__(
        self,
        output: str = "latent",
        form: Literal["raw", "scale_invariant"] = "scale_invariant",
        target: float = 0.3,
        weight: float = 1.0,
    ) -> None:
        super().__init__(output, form, weight)
        self.target = target

    def penalty(self, maps: Tensor) -> Tensor:
        return magnitude_penalty(detail_magnitude(maps), self.target)
