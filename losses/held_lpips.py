"""The perceptual distance LPIPS, with its weights or with random ones, held still inside a loss or a metric."""

import warnings
from typing import Literal, get_args

import torch
from torch import Tensor, nn

Backbone = Literal["alex", "random"]
NAMES = {"alex": "LPIPS 0.1 (AlexNet, ImageNet)", "random": "random AlexNet features (no LPIPS)"}


def build_lpips(
    backbone: Backbone = "alex", seed: int = 0, owner: str = "RenderedLPIPS", extra: str = "sketch"
) -> nn.Module:
    """The network of the ``lpips`` package, in evaluation mode and without gradients to its parameters.

    Building it leaves PyTorch's random streams as they were.

    Args:
        backbone: ``alex`` for AlexNet with its ImageNet weights and the calibrated layers of LPIPS 0.1; ``random`` for
            AlexNet with random weights and no calibration, which needs no file and is no LPIPS.
        seed: of the random weights.
        owner, extra: whom an error names, and the extra to install.

    Raises:
        ImportError: the package is absent.
        RuntimeError: the ImageNet weights can be neither found nor downloaded.

    Source:
        Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric (2018), arXiv:1801.03924.
    """
    try:
        from lpips import LPIPS
    except ImportError as error:
        raise ImportError(f'{owner} needs the package lpips: pip install "stillhouse[{extra}]"') from error
    # The package asks torchvision for weights in a way that torchvision has deprecated, which it says at every start.
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        torch.manual_seed(seed)
        if backbone == "random":
            network = LPIPS(net="alex", pnet_rand=True, lpips=False, verbose=False)
        else:
            network = _pretrained(LPIPS, owner)
    return network.eval().requires_grad_(False)


def _pretrained(kind: type[nn.Module], owner: str) -> nn.Module:
    try:
        return kind(net="alex", verbose=False)
    except (OSError, RuntimeError) as error:
        raise RuntimeError(
            f"{owner}.backbone: the ImageNet weights of AlexNet are neither in {torch.hub.get_dir()}/checkpoints nor "
            f"can they be downloaded ({error}). Run it once where the network is reachable, or set TORCH_HOME to a folder "
            'that has them, or use backbone="random", whose features are random.'
        ) from error


class HeldLPIPS(nn.Module):
    """Holds the network out of ``state_dict``, ``parameters()`` and training mode, and moves with its owner.

    Attributes:
        measure: what its distances are, for the record.
    """

    _held: list[nn.Module]
    measure: str

    def hold(self, backbone: Backbone, seed: int, extra: str = "sketch") -> None:
        """Build the network.

        Raises:
            ValueError: an unknown backbone; otherwise as ``build_lpips``.
        """
        owner = type(self).__name__
        if backbone not in get_args(Backbone):
            raise ValueError(f"{owner}.backbone: got {backbone!r}, expected 'alex' or 'random'")
        self._held = [build_lpips(backbone, seed, owner, extra)]
        self.measure = NAMES[backbone]

    def lpips(self, image: Tensor, target: Tensor) -> Tensor:
        """Distances of images (B, 3, H, W) in [0, 1], (B,)."""
        network = self._held[0]
        like = next(network.parameters())
        return network(image.to(like), target.to(like), normalize=True).flatten()

    def _apply(self, fn, recurse: bool = True):
        for network in self._held:
            network._apply(fn, recurse)
        return super()._apply(fn, recurse)
