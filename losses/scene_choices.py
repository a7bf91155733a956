"""The cross-entropy of the categories of a predicted scene."""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from ..datasets.scene.encoding import FIELDS, Field
from ..datasets.scene.layout import Part, entries
from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .scene_values import mean_over, one_of


def choice_errors(
    logits: Tensor, target: Tensor, part: Part = "scene", name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Cross-entropies of the categories of scenes, in nats.

    Args:
        logits: (B, D) in the layout of ``datasets.scene.encoding``.
        target: vectors (B, D) of the scenes.
        part: the scene's own categories, or those of its layers.
        name: of one parameter; None for all.

    Returns:
        (B, n) cross-entropies, and (B, n) of 1 where a category exists: those of absent layers and of overrides that are not
        set do not.
    """
    fields = choices(part, name)
    errors = [F.cross_entropy(logits[:, f.slice], target[:, f.slice].argmax(1), reduction="none") for f in fields]
    keep = [number for number, field in enumerate(entries(part, "choice").fields) if field in fields]
    return torch.stack(errors, 1), entries(part, "choice").counts(target)[:, keep]


@cache
def choices(part: Part, name: str | None = None) -> tuple[Field, ...]:
    """The fields of one categorical parameter, or of all."""
    inside = part == "layers"
    return tuple(
        field
        for field in FIELDS
        if field.role == "choice" and (field.layer is not None) == inside and name in (None, field.name)
    )


@LOSSES.register_module()
class SceneChoices(Loss):
    """``mean -log softmax(logits)[category]`` over the categorical parameters that exist.

    Args:
        part: the ``scene``'s own categories, or those of its ``layers``.
        name: of one parameter, such as ``geometry``; None for all.
        logits: name of the output, (B, D) in the layout of ``datasets.scene.encoding``.
        target: key of the batch, the scenes' vectors (B, D).
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown part, or a name that no categorical parameter of it has.
    """

    output_args = ("logits",)
    batch_args = ("target",)

    def __init__(
        self, part: Part = "scene", name: str | None = None, logits: str = "logits", target: str = "params",
        weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        one_of("SceneChoices.part", part, ("scene", "layers"))
        if not choices(part, name):
            one_of("SceneChoices.name", str(name), tuple(dict.fromkeys(field.name for field in choices(part))))
        self.part: Part = part
        self.name, self.logits, self.target = name, logits, target

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        logits = upcast(lookup(outputs, self.logits, "outputs"))
        return mean_over(*choice_errors(logits, lookup(batch, self.target), self.part, self.name))
