"""The perceptual distance between drawn strokes and drawn target strokes."""

import warnings
from typing import Literal

import torch
from torch import Tensor, nn

from ..registry import LOSSES
from .rendered import RenderedLoss

Backbone = Literal["alex", "random"]


def build_lpips(backbone: Backbone = "alex", seed: int = 0) -> nn.Module:
    """The network of the ``lpips`` package, in evaluation mode and without gradients to its parameters.

    Building it leaves PyTorch's random streams as they were.

    Args:
        backbone: ``alex`` for AlexNet with its ImageNet weights and the calibrated layers of LPIPS 0.1; ``random`` for
            AlexNet with random weights and no calibration, which needs no file and is no LPIPS.
        seed: of the random weights.

    Raises:
        ImportError: the package is absent.
        RuntimeError: the ImageNet weights can be neither found nor downloaded.

    Source:
        Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric (2018), arXiv:1801.03924.
    """
    try:
        from lpips import LPIPS
    except ImportError as error:
        raise ImportError('RenderedLPIPS needs the package lpips: pip install "stillhouse[sketch]"') from error
    # The package asks torchvision for weights in a way that torchvision has deprecated, which it says at every start.
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        torch.manual_seed(seed)
        if backbone == "random":
            network = LPIPS(net="alex", pnet_rand=True, lpips=False, verbose=False)
        else:
            network = _pretrained(LPIPS)
    return network.eval().requires_grad_(False)


def _pretrained(kind: type[nn.Module]) -> nn.Module:
    try:
        return kind(net="alex", verbose=False)
    except (OSError, RuntimeError) as error:
        raise RuntimeError(
            f"RenderedLPIPS.backbone: the ImageNet weights of AlexNet are neither in {torch.hub.get_dir()}/checkpoints nor "
            f"can they be downloaded ({error}). Run it once where the network is reachable, or set TORCH_HOME to a folder "
            'that has them, or use backbone="random", whose features are random.'
        ) from error


@LOSSES.register_module()
class RenderedLPIPS(RenderedLoss):
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
        if backbone not in ("alex", "random"):
            raise ValueError(f"RenderedLPIPS.backbone: got {backbone!r}, expected 'alex' or 'random'")
        self._held = [build_lpips(backbone, seed)]

    def distance(self, drawn: Tensor, wanted: Tensor) -> Tensor:
        network = self._held[0]
        like = next(network.parameters())
        return network(_coloured(drawn).to(like), _coloured(wanted).to(like), normalize=True).flatten()

    def _apply(self, fn, recurse: bool = True):
        self._held[0]._apply(fn, recurse)
        return super()._apply(fn, recurse)


def _coloured(image: Tensor) -> Tensor:
    """Grey pictures (B, H, W) as (B, 3, H, W)."""
    return image.unsqueeze(1).expand(-1, 3, -1, -1)
