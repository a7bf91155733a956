"""The error of the numbers of a predicted scene."""

from typing import Literal

from torch import Tensor

from ..datasets.scene.layout import Part, angular, entries
from ..registry import LOSSES
from .base import Loss, lookup, upcast

Distance = Literal["mse", "l1"]


def value_errors(predicted: Tensor, target: Tensor, part: Part = "scene") -> tuple[Tensor, Tensor]:
    """Signed differences of the numbers of scenes, in units of their range; angles take the shorter way round.

    Args:
        predicted, target: vectors (B, D) in the layout of ``datasets.scene.encoding``.
        part: the scene's own numbers, or those of its layers.

    Returns:
        (B, n) differences, and (B, n) of 1 where a number exists; those of absent layers and of unset overrides do not.
    """
    chosen = entries(part, "value")
    places = chosen.index.to(target.device)
    return angular(predicted[:, places] - target[:, places], chosen.periodic), chosen.counts(target)


def mean_over(values: Tensor, counts: Tensor) -> Tensor:
    """The mean of the values that count; 0 where none does."""
    return (values * counts).sum() / counts.sum().clamp_min(1)


@LOSSES.register_module()
class SceneValues(Loss):
    """``mean (sigmoid(logit) - value)^2``, or its absolute value, over the numbers that exist, in units of their range.

    Args:
        part: the ``scene``'s own numbers, or those of its ``layers``.
        distance: ``mse`` draws predictions to the mean of what is possible, ``l1`` to the median, as an absolute error asks.
        logits: name of the output, (B, D) in the layout of ``datasets.scene.encoding``.
        target: key of the batch, the scenes' vectors (B, D).
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown part or distance.
    """

    output_args = ("logits",)
    batch_args = ("target",)

    def __init__(
        self, part: Part = "scene", distance: Distance = "mse", logits: str = "logits", target: str = "params",
        weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        one_of("SceneValues.part", part, ("scene", "layers"))
        one_of("SceneValues.distance", distance, ("mse", "l1"))
        self.part: Part = part
        self.distance, self.logits, self.target = distance, logits, target

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        predicted = upcast(lookup(outputs, self.logits, "outputs")).sigmoid()
        errors, counts = value_errors(predicted, lookup(batch, self.target), self.part)
        return mean_over(errors.abs() if self.distance == "l1" else errors.square(), counts)


def one_of(where: str, got: str, expected: tuple[str, ...]) -> None:
    """Refuse an unknown word.

    Raises:
        ValueError: names the argument and what it may be.
    """
    if got not in expected:
        raise ValueError(f"{where}: got {got!r}, expected {' or '.join(map(repr, expected))}")
