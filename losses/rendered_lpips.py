"""The perceptual distance between drawn strokes and drawn target strokes."""

from torch import Tensor

from ..registry import LOSSES
from .held_lpips import Backbone, HeldLPIPS
from .rendered import RenderedLoss


@LOSSES.register_module()
class RenderedLPIPS(HeldLPIPS, RenderedLoss):
    """LPIPS between the drawings: squared distances of normalised AlexNet features, calibrated on human judgements.

    The network is no part of any checkpoint, and it stays in evaluation mode.

    Args:
        backbone: ``alex`` for LPIPS; ``random`` for uncalibrated distances of random features, offline.
        seed: of the random features.
        target, renderer, output, time, time_power, weight: see ``RenderedLoss``.

    Raises:
        ImportError: the package lpips is absent.
        RuntimeError: the weights can be neither found nor downloaded.
        ValueError: an unknown backbone.
    """

    def __init__(
        self, backbone: Backbone = "alex", seed: int = 0, target: str = "strokes", renderer: dict | None = None,
        output: str = "strokes_estimate", time: str | None = None, time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(target, renderer, output, time, time_power, weight)
        self.hold(backbone, seed)

    def distance(self, drawn: Tensor, wanted: Tensor) -> Tensor:
        return self.lpips(_coloured(drawn), _coloured(wanted))


def _coloured(image: Tensor) -> Tensor:
    """Grey pictures (B, H, W) as (B, 3, H, W)."""
    return image.unsqueeze(1).expand(-1, 3, -1, -1)
