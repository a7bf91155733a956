"""Maps of zero mean and unit variance, and the base of the losses that judge maps with or without it."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from .base import Loss, lookup, upcast

EPS = 1e-8


def standardize(maps: Tensor, dims: int = 2, eps: float = EPS) -> Tensor:
    """``U = (V - mean V) / sqrt(var V + eps)``, with the mean and the population variance of each map.

    U does not change under ``V -> cV + d`` as long as the variance is far above ``eps``. A constant map gives 0.

    Args:
        maps: any real values; half precision is computed in float32.
        dims: the number of last dimensions that one map extends over, by default (H, W).
        eps: bounds the gradient at a constant map, by ``1 / sqrt(eps)`` times the incoming one.

    Returns:
        The shape of ``maps``.
    """
    maps = upcast(maps)
    return F.layer_norm(maps, maps.shape[-dims:], eps=eps)


def full_precision(values: Tensor) -> torch.autocast:
    """A context without autocast: sums over a thousand pixels and logarithms lose too much in half precision."""
    return torch.autocast(values.device.type, enabled=False)


def read_maps(outputs: dict, name: str, owner: str) -> Tensor:
    """The output ``name`` as maps (B, C, H, W) in float32 or float64.

    Args:
        outputs: the outputs of a network.
        name: key of the maps.
        owner: the loss, for the error.

    Raises:
        KeyError: no such output.
        ValueError: it is not four-dimensional, or is below 2 x 2 pixels.
    """
    maps = lookup(outputs, name, "outputs")
    if maps.ndim != 4 or min(maps.shape[-2:]) < 2:
        raise ValueError(
            f"{owner}.output: expected maps of shape (B, C, H, W), of at least 2 x 2 pixels, got {name!r} of shape "
            f"{tuple(maps.shape)}. Name another output of the network, or reshape it there."
        )
    return upcast(maps)


def known_form(owner: str, form: str, forms: Sequence[str]) -> str:
    """``form`` where it is one of ``forms``.

    Raises:
        ValueError: it is not; the message lists them.
    """
    if form not in forms:
        raise ValueError(f"{owner}.form: expected one of {', '.join(map(repr, forms))}, got {form!r}.")
    return form


class MapLoss(Loss):
    """The mean of ``penalty(maps)``; with the form ``scale_invariant`` the penalty sees the maps standardized.

    A sum of a term linear in the amplitude and others that ignore it is least at amplitude 0: maps shrink to nothing
    while slope, kurtosis and correlations look right. On standardized maps nothing is gained by shrinking.

    Args:
        output: name of the maps, (B, C, H, W).
        form: ``raw`` for the maps as they are, ``scale_invariant`` for each map standardized.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown form.
    """

    output_args = ("output",)

    def __init__(
        self,
        output: str = "latent",
        form: Literal["raw", "scale_invariant"] = "scale_invariant",
        weight: float = 1.0,
    ) -> None:
        super().__init__(weight)
        self.output = output
        self.form = known_form(type(self).__name__, form, ("raw", "scale_invariant"))

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        maps = read_maps(outputs, self.output, type(self).__name__)
        return self.penalty(maps if self.form == "raw" else standardize(maps)).mean()

    def penalty(self, maps: Tensor) -> Tensor:
        """The penalty of each map, or of each sample, from maps that are already in the chosen form."""
        raise TypeError(f"{type(self).__name__} does not define penalty(maps)")
