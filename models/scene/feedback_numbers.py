"""The numbers in the vectors of scenes, which feedback moves; choices, booleans and layers stay as they are."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from ...datasets.scene.layout import angular, entries
from ...datasets.scene.schema import parameter


@dataclass(frozen=True)
class Numbers:
    """Every number of a scene and of its five layers, n of them.

    Attributes:
        index: (n,) int64, their places in the vector.
        periodic: (n,) bool, whether 0 and 1 are the same angle.
        low, high: (n,) the range in the parameter's own units.
    """

    index: Tensor
    periodic: Tensor
    low: Tensor
    high: Tensor

    def __len__(self) -> int:
        return len(self.index)


@cache
def numbers() -> Numbers:
    """Where they stand, and what they may be."""
    parts = [entries(part, "value") for part in ("scene", "layers")]
    known = [parameter(one.name, one.layer is not None) for part in parts for one in part.fields]
    return Numbers(
        torch.cat([part.index for part in parts]),
        torch.cat([part.periodic for part in parts]),
        torch.tensor([float(one.low) for one in known]),
        torch.tensor([float(one.high) for one in known]),
    )


def counted(vectors: Tensor) -> Tensor:
    """(B, n) of 1 where a number exists in the scenes of the vectors (B, D); not in absent layers, nor in unset overrides."""
    return torch.cat([entries(part, "value").counts(vectors) for part in ("scene", "layers")], 1)


def missing(estimate: Tensor, truth: Tensor) -> Tensor:
    """What must be added to the numbers of an estimate (B, D) for those of the truth (B, D): (B, n), angles the shorter way."""
    of = numbers()
    places = of.index.to(truth.device)
    return angular(truth[:, places] - estimate[:, places], of.periodic)


def moved(vectors: Tensor, change: Tensor) -> Tensor:
    """The vectors (B, D) with their numbers changed by (B, n), in units of the range; clamped, angles taken round."""
    of = numbers()
    places = of.index.to(vectors.device)
    found = vectors[:, places] + change
    found = torch.where(of.periodic.to(vectors.device), found.remainder(1), found.clamp(0, 1))
    return vectors.index_copy(1, places, found.to(vectors.dtype))


def varied(vectors: Tensor, spread: float, generator: torch.Generator | None = None) -> Tensor:
    """Other scenes of the same kind: every number that exists is multiplied by U(1 - spread, 1 + spread), in its own units.

    Args:
        vectors: (B, D).
        spread: at least 0.
        generator: of the draws; None takes PyTorch's own.
    """
    of, exist = numbers(), counted(vectors)
    span = (of.high - of.low).to(vectors.device)
    drawn = torch.rand(exist.shape, generator=generator, device=vectors.device)
    own = vectors[:, of.index.to(vectors.device)] * span + of.low.to(vectors.device)
    return moved(vectors, own * spread * (2 * drawn - 1) / span * exist)
