"""Which entries of a scene's vector have an effect on its image, and what kind of variable each is."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ...datasets.scene.encoding import FIELDS, Field, field
from ...datasets.scene.layout import entries, gates_of
from ...datasets.scene.schema import parameter

HALF = 0.5
Kind = Literal["continuous", "integer", "choice", "switch"]
# A scene's own effects: the switch that must be on for the parameter to count.
SWITCHES = {"noise": "noiseEnabled", "dither": "ditherEnabled"}
_GATES = {one.slice.start: gates_of(one) for one in FIELDS}


@dataclass(frozen=True)
class Variable:
    """One parameter that a search may change.

    Attributes:
        field: its entries in the vector.
        kind: a switch is a boolean, or the presence of a layer.
    """

    field: Field
    kind: Kind

    @property
    def at(self) -> int:
        """The first of its entries."""
        return self.field.slice.start

    @property
    def categories(self) -> int:
        """How many values a choice or a switch has."""
        return 2 if self.kind == "switch" else self.field.size


def variables(vector: Tensor) -> list[Variable]:
    """What has an effect on the image of a scene (D,): none of a layer that is absent, of noise that is disabled, and so on.

    Whether a layer's optional parameter is set is not among them: setting it alone changes nothing.
    """
    return [
        Variable(one, _kind(one))
        for one in FIELDS
        if one.role != "set" and (one.role != "presence" or _on(vector, one.slice.start)) and has_effect(one, vector)
    ]


def has_effect(one: Field, vector: Tensor) -> bool:
    """Whether a field's value changes the image of a scene (D,)."""
    if not all(place < 0 or _on(vector, place) for place in _GATES[one.slice.start]):
        return False
    if one.layer is not None:
        return True
    for prefix, switch in SWITCHES.items():
        if one.name.startswith(prefix) and one.name != switch:
            bayer = one.name != "ditherMatrix" or _is_bayer(vector)
            return bayer and _on(vector, field(switch).slice.start)
    return True


def category(vector: Tensor, one: Field) -> int:
    """The value that a choice or a boolean has in a scene (D,)."""
    entry = vector[one.slice]
    return int(entry.argmax()) if one.role == "choice" else int(entry[0] >= HALF)


def with_category(vectors: Tensor, one: Field, value: int) -> Tensor:
    """Vectors (..., D) in which a choice or a boolean has this value."""
    changed = vectors.clone()
    if one.role == "choice":
        changed[..., one.slice] = 0
        changed[..., one.slice.start + value] = 1
    else:
        changed[..., one.slice] = value
    return changed


def continuous_entries() -> tuple[Tensor, Tensor]:
    """The places (n,) int64 of all continuous numbers, and (n,) bool whether each is an angle."""
    places, angles = [], []
    for part in ("scene", "layers"):
        found = entries(part, "value")
        keep = torch.tensor([one.kind == "continuous" for one in found.fields])
        places.append(found.index[keep])
        angles.append(found.periodic[keep])
    return torch.cat(places), torch.cat(angles)


def configuration(vector: Tensor) -> bytes:
    """What two scenes share that differ in numbers alone."""
    found = [category(vector, one) for one in FIELDS if one.role != "value" and has_effect(one, vector)]
    return bytes(found)


def step_of(one: Field) -> float:
    """The distance of neighbouring values of an integer in [0, 1]."""
    of = parameter(one.name, one.layer is not None)
    return 1 / (of.high - of.low)


def _kind(one: Field) -> Kind:
    if one.role == "choice":
        return "choice"
    if one.role != "value":
        return "switch"
    return "integer" if one.kind == "integer" else "continuous"


def _on(vector: Tensor, place: int) -> bool:
    return float(vector[place]) >= HALF


def _is_bayer(vector: Tensor) -> bool:
    choices = parameter("ditherType").choices
    return choices[category(vector, field("ditherType"))] == "bayer"
