"""Vectors of scenes from logits: soft ones that gradients pass, and hard ones that stand for a scene."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.scene.encoding import FIELDS
from ...datasets.scene.layout import entries
from ...datasets.scene.schema import MAX_LAYERS

Relaxation = Literal["soft", "straight-through"]


def relaxed(logits: Tensor, how: Relaxation = "soft") -> Tensor:
    """Logits (B, D) in the vector's layout as a vector in [0, 1].

    Numbers and booleans become their sigmoid, categories their softmax. ``straight-through`` rounds booleans and takes the
    largest category, as a network trained on scenes expects, and gives them the gradient of the soft ones (Bengio et al.,
    2013).

    Args:
        logits: of each entry.
        how: see above.
    """
    soft = torch.cat([_soft(logits[:, field.slice], field.role) for field in FIELDS], 1)
    return soft if how == "soft" else soft + (hardened(soft) - soft).detach()


def hardened(vectors: Tensor) -> Tensor:
    """Vectors (B, D) in [0, 1] with booleans of 0 or 1 and one-hot categories; numbers stay."""
    return torch.cat([_hard(vectors[:, field.slice], field.role) for field in FIELDS], 1)


def with_layers(vectors: Tensor, count: Tensor) -> Tensor:
    """The vectors with the first ``count`` (B,) layers present and no other."""
    present = torch.arange(MAX_LAYERS, device=count.device) < count[:, None]
    places = entries("layers", "presence").index.to(vectors.device)
    return vectors.index_copy(1, places, present.to(vectors.dtype))


def _soft(logits: Tensor, role: str) -> Tensor:
    return logits.softmax(1) if role == "choice" else logits.sigmoid()


def _hard(entry: Tensor, role: str) -> Tensor:
    if role == "choice":
        return F.one_hot(entry.argmax(1), entry.shape[1]).to(entry.dtype)
    return entry if role == "value" else (entry >= 0.5).to(entry.dtype)
