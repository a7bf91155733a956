"""The total variation of a map: how much neighbouring pixels differ."""

from torch import Tensor

from ..registry import LOSSES
from .base import upcast
from .standardize import MapLoss


def total_variation(maps: Tensor) -> Tensor:
    """``sum |dx| + sum |dy|`` of each map, over horizontally and vertically adjacent pixels.

    Args:
        maps: (..., H, W) any real.

    Returns:
        (...), at least 0, and linear in the amplitude. Unit-variance maps of 32 x 32 pixels have about 2,239 as white
        noise and 1,300 at a spectral slope of 2.

    Source:
        Rudin, Osher and Fatemi, Nonlinear total variation based noise removal algorithms, 1992; the anisotropic sum.
    """
    maps = upcast(maps)
    return maps.diff(dim=-1).abs().sum((-2, -1)) + maps.diff(dim=-2).abs().sum((-2, -1))


def pixel_pairs(height: int, width: int) -> int:
    """The number of adjacent pixel pairs, ``H (W - 1) + W (H - 1)``; 1,984 at 32 x 32."""
    return height * (width - 1) + width * (height - 1)


@LOSSES.register_module()
class TotalVariation(MapLoss):
    """The mean total variation of a map: the sum for ``raw``, the mean over pixel pairs for ``scale_invariant``.

    The raw sum is in the thousands and linear in the amplitude. Beside the other terms of natural-image statistics it
    decides alone, and its least value is at amplitude 0.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form.
    """

    def penalty(self, maps: Tensor) -> Tensor:
        variation = total_variation(maps)
        return variation if self.form == "raw" else variation / pixel_pairs(*maps.shape[-2:])
