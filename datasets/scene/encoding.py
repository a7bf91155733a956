"""Scenes as vectors of a model, and back: every parameter has a place in it, colour included.

A vector holds, for the scene and then for each of the five layers in their order: numbers scaled to [0, 1] over their range,
booleans as 0 or 1, categories one-hot. A layer begins with its presence, 0 or 1; each optional parameter of a layer has an
entry that says whether it is set, and its value follows (the default where it is not set). ``FIELDS`` tells where all is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from .batch import SceneBatch
from .errors import SceneError
from .parameter import Parameter
from .schema import LAYER_SCHEMA, MAX_LAYERS, SCHEMA, parameter

Role = Literal["value", "flag", "choice", "presence", "set"]
_HALF = 0.5


@dataclass(frozen=True)
class Field:
    """A run of entries of the vector.

    Attributes:
        name: of the parameter; ``present`` where the role is presence.
        kind: of the parameter; boolean where the role is presence or set.
        slice: where its entries are.
        layer: the number of the layer, None for the scene itself.
        role: ``value`` one number in [0, 1]; ``flag`` one boolean of the scene; ``choice`` a one-hot run; ``presence`` whether
            the layer exists; ``set`` whether the layer's optional parameter of this name overrides the scene's.
    """

    name: str
    kind: str
    slice: slice
    layer: int | None
    role: Role

    @property
    def size(self) -> int:
        """How many entries."""
        return self.slice.stop - self.slice.start


def _parts() -> Iterator[tuple[str, str, int, int | None, Role]]:
    """Name, kind, size, layer and role of every field, in their order."""
    for each in SCHEMA:
        if each.kind != "fixed":
            yield _part(each, None)
    for i in range(MAX_LAYERS):
        yield "present", "boolean", 1, i, "presence"
        for each in LAYER_SCHEMA:
            if each.optional:
                yield each.name, "boolean", 1, i, "set"
            yield _part(each, i)


def _part(each: Parameter, layer: int | None) -> tuple[str, str, int, int | None, Role]:
    if each.kind == "categorical":
        return each.name, each.kind, len(each.choices), layer, "choice"
    return each.name, each.kind, 1, layer, "flag" if each.kind == "boolean" else "value"


def _fields() -> tuple[Field, ...]:
    found, start = [], 0
    for name, kind, size, layer, role in _parts():
        found.append(Field(name, kind, slice(start, start + size), layer, role))
        start += size
    return tuple(found)


FIELDS: tuple[Field, ...] = _fields()
DIMENSION: int = FIELDS[-1].slice.stop


@cache
def field(name: str, layer: int | None = None, role: Role | None = None) -> Field:
    """The field of a parameter.

    Args:
        name: of the parameter, or ``present``.
        layer: the number of the layer, None for the scene itself.
        role: ``set`` asks for the entry that says whether an optional parameter is set; None for its value.

    Raises:
        SceneError: no such field.
    """
    for each in FIELDS:
        if (each.name, each.layer) == (name, layer) and (each.role == role if role else each.role != "set"):
            return each
    got = f"name={name!r}, layer={layer}, role={role}"
    raise SceneError("field", got, "a field of the vector", "encoding.FIELDS lists them.")


def encode(scenes: Sequence[dict]) -> Tensor:
    """Vectors of scenes that ``validate`` has passed.

    Returns:
        (B, D) float32 in [0, 1].

    Raises:
        SceneError: a parameter is missing, or a category is unknown.
    """
    return from_batch(SceneBatch.from_scenes(scenes))


def from_batch(batch: SceneBatch) -> Tensor:
    """Vectors (B, D) float32 of a batch; gradients flow to its numbers."""
    return torch.cat([_entries(batch, each) for each in FIELDS], 1)


def _entries(batch: SceneBatch, each: Field) -> Tensor:
    """(B, size): what stands in a field."""
    if each.role == "presence":
        return batch.layer_present[:, each.layer, None].float()
    if each.role == "set":
        return batch.layer_set[each.name][:, each.layer, None].float()
    if each.role == "flag":
        return batch.flags[each.name][:, None].float()
    column = _column(batch, each)
    if each.role == "choice":
        return one_hot(column, each.size).float()
    of = parameter(each.name, each.layer is not None)
    return ((column - of.low) / (of.high - of.low))[:, None]


def _column(batch: SceneBatch, each: Field) -> Tensor:
    """(B,): the numbers or indices that a field stands for."""
    if each.layer is None:
        return (batch.choices if each.role == "choice" else batch.values)[each.name]
    return (batch.layer_choices if each.role == "choice" else batch.layer_values)[each.name][:, each.layer]


def decode(vectors: Tensor) -> list[dict]:
    """The scenes that vectors stand for; see ``to_batch`` for entries that no scene has.

    Args:
        vectors: (B, D), such as a model puts out.

    Raises:
        SceneError: not (B, D), or entries that are not finite.
    """
    return to_batch(vectors.detach()).to_scenes()


def to_batch(vectors: Tensor) -> SceneBatch:
    """Vectors as a batch.

    Numbers are clamped to their range and integers rounded, both with the gradient of the number as it was. The largest entry
    of a category is chosen; 0.5 and more is true. Layers that are present move before those that are not.

    Args:
        vectors: (B, D), finite.

    Raises:
        SceneError: not (B, D), or entries that are not finite.
    """
    if vectors.ndim != 2 or vectors.shape[1] != DIMENSION:
        raise SceneError(
            "vectors", f"shape {tuple(vectors.shape)}", f"(B, {DIMENSION})", "Encode scenes with encode()."
        )
    if not vectors.isfinite().all():
        raise SceneError("vectors", "entries that are not finite", "finite numbers", "See whether training diverged.")
    present = torch.cat([vectors[:, each.slice] for each in FIELDS if each.role == "presence"], 1) >= _HALF
    order = present.int().argsort(dim=1, descending=True, stable=True)
    top, below = _read(vectors, None), [_read(vectors, i) for i in range(MAX_LAYERS)]
    layers = [{name: torch.stack([one[kind][name] for one in below], 1) for name in below[0][kind]} for kind in _KINDS]
    numbers, categories, overrides = ({name: c.gather(1, order) for name, c in kind.items()} for kind in layers)
    return SceneBatch(top["value"], top["choice"], top["set"], present.gather(1, order), numbers, categories, overrides)


_KINDS = ("value", "choice", "set")


def _read(vectors: Tensor, layer: int | None) -> dict[str, dict[str, Tensor]]:
    """Numbers, indices and booleans (``set``; of the scene, its flags) of one layer or of the scene, each (B,)."""
    found: dict[str, dict[str, Tensor]] = {kind: {} for kind in _KINDS}
    for each in FIELDS:
        if each.layer != layer or each.role == "presence":
            continue
        entries = vectors[:, each.slice]
        if each.role == "value":
            found["value"][each.name] = _number(entries[:, 0], parameter(each.name, layer is not None))
        elif each.role == "choice":
            found["choice"][each.name] = entries.argmax(1)
        else:
            found["set"][each.name] = entries[:, 0] >= _HALF
    return found


def _number(scaled: Tensor, of: Parameter) -> Tensor:
    """A number in its own units, from [0, 1]."""
    linear = scaled * (of.high - of.low) + of.low
    settled = linear.detach().clamp(of.low, of.high)
    if of.kind == "integer":
        settled = settled.round()
    # PyTorch's clamp has no gradient at the bounds themselves, where many scenes are.
    return settled + (linear - linear.detach())
