"""Where in the vector of a scene the entries of one kind stand, and which entries say whether they count."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from torch import Tensor

from .encoding import FIELDS, Field
from .schema import parameter

Part = Literal["scene", "layers"]


@dataclass(frozen=True)
class Entries:
    """Entries of the vector, one a number or a boolean.

    Attributes:
        fields: they belong to, in the vector's order.
        index: (n,) int64, their places.
        gates: (n, 2) int64, the places of the entries that must both be 1 for them to count: the layer's presence, and
            whether an optional parameter is set; -1 where nothing must.
        periodic: (n,) bool, whether 0 and 1 are the same angle.
    """

    fields: tuple[Field, ...]
    index: Tensor
    gates: Tensor
    periodic: Tensor

    def counts(self, target: Tensor) -> Tensor:
        """(B, n) float, 1 where the entry counts in the scenes of the vectors (B, D), else 0."""
        # A last column of ones answers for the places -1.
        padded = torch.cat([target, torch.ones_like(target[:, :1])], 1)
        return padded[:, self.gates.to(target.device)].prod(2)


@cache
def entries(part: Part, *roles: str) -> Entries:
    """The entries of the scene itself, or of its layers, that have one of the roles (see ``encoding.Field``)."""
    chosen = tuple(field for field in FIELDS if (field.layer is not None) == (part == "layers") and field.role in roles)
    periodic = [field.role == "value" and parameter(field.name, part == "layers").periodic for field in chosen]
    return Entries(
        chosen,
        torch.tensor([field.slice.start for field in chosen]),
        torch.tensor([gates_of(field) for field in chosen]).view(-1, 2),
        torch.tensor(periodic),
    )


def gates_of(field: Field) -> tuple[int, int]:
    """The places of the entries that say whether a field counts: its layer's presence, and whether it is set; -1 for none."""
    if field.layer is None or field.role == "presence":
        return -1, -1
    beside = [other for other in FIELDS if other.layer == field.layer]
    presence = next(other.slice.start for other in beside if other.role == "presence")
    own = [other.slice.start for other in beside if other.role == "set" and other.name == field.name]
    return presence, own[0] if own and field.role != "set" else -1


def angular(difference: Tensor, periodic: Tensor) -> Tensor:
    """Differences (..., n) of entries in [0, 1], those of angles in [-1/2, 1/2], the shorter way round."""
    return torch.where(periodic.to(difference.device), difference - difference.detach().round(), difference)
