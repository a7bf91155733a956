"""The cross-entropy of the booleans of a predicted scene."""

from typing import Literal

from torch import Tensor
from torch.nn import functional as F

from ..datasets.scene.layout import Entries, entries
from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .scene_values import mean_over, one_of

Flags = Literal["scene", "presence", "set"]


def flags(kind: Flags) -> Entries:
    """The booleans of one kind; see ``SceneFlags``."""
    return entries("scene", "flag") if kind == "scene" else entries("layers", kind)


def flag_errors(logits: Tensor, target: Tensor, kind: Flags = "scene") -> tuple[Tensor, Tensor]:
    """Binary cross-entropies of the booleans of scenes, in nats.

    Args:
        logits: (B, D) in the layout of ``datasets.scene.encoding``.
        target: vectors (B, D) of the scenes, whose booleans are 0 or 1.
        kind: see ``SceneFlags``.

    Returns:
        (B, n) cross-entropies, and (B, n) of 1 where a boolean exists.
    """
    chosen = flags(kind)
    places = chosen.index.to(target.device)
    errors = F.binary_cross_entropy_with_logits(logits[:, places], target[:, places], reduction="none")
    return errors, chosen.counts(target)


@LOSSES.register_module()
class SceneFlags(Loss):
    """Mean binary cross-entropy over booleans that exist.

    Args:
        kind: the ``scene``'s own booleans, the ``presence`` of its five layers, or which optional parameters are ``set`` in the
            layers that are present.
        logits: name of the output, (B, D) in the layout of ``datasets.scene.encoding``.
        target: key of the batch, the scenes' vectors (B, D).
        weight: factor of this term in the task loss.

    Raises:
        ValueError: an unknown kind.
    """

    output_args = ("logits",)
    batch_args = ("target",)

    def __init__(
        self, kind: Flags = "scene", logits: str = "logits", target: str = "params", weight: float = 1.0
    ) -> None:
        super().__init__(weight)
        one_of("SceneFlags.kind", kind, ("scene", "presence", "set"))
        self.kind: Flags = kind
        self.logits, self.target = logits, target

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        logits = upcast(lookup(outputs, self.logits, "outputs"))
        return mean_over(*flag_errors(logits, lookup(batch, self.target), self.kind))
