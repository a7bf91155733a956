"""Scenes that differ from one scene in a single choice, switch or layer."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ...datasets.scene.encoding import FIELDS, Field, encode, field
from ...datasets.scene.layout import entries
from ...datasets.scene.schema import MAX_LAYERS, default_scene
from .space import HALF, category, variables, with_category

# A layer that is added: turned by a quarter, by a half, mirrored at either axis.
ADDED = (
    {"rotation": torch.pi / 2, "scaleX": 1.0, "scaleY": 1.0},
    {"rotation": torch.pi, "scaleX": 1.0, "scaleY": 1.0},
    {"rotation": 0.0, "scaleX": -1.0, "scaleY": 1.0},
    {"rotation": 0.0, "scaleX": 1.0, "scaleY": -1.0},
)
UNLIKELY = -8.0  # log-probability of what a guide says nothing of


@dataclass(frozen=True)
class Guide:
    """What a network holds likely.

    Attributes:
        logits: (D,) in the vector's layout.
        layer_count: (6,) logits of 0 to 5 layers.
    """

    logits: Tensor
    layer_count: Tensor

    def of(self, one: Field, value: int) -> float:
        """Log-probability of a value of a choice or a boolean."""
        logits = self.logits[one.slice]
        if one.role == "choice":
            return float(logits.log_softmax(0)[value])
        return float(torch.nn.functional.logsigmoid(logits[0] if value else -logits[0]))

    def of_count(self, layers: int) -> float:
        """Log-probability of a number of layers."""
        return float(self.layer_count.log_softmax(0)[layers])


def moves(vector: Tensor, guide: Guide | None, generator: torch.Generator) -> list[Tensor]:
    """All scenes one change away, the likeliest first; in random order where nothing says what is likely.

    Args:
        vector: (D,) of the scene.
        guide: of the network; None without one.
        generator: of the random order.

    Returns:
        vectors (D,).
    """
    found = [*_choices(vector, guide), *_layers(vector, guide)]
    order = torch.randperm(len(found), generator=generator).tolist()
    # Python's sort keeps the random order of equals.
    return [found[i][1] for i in sorted(order, key=lambda i: -found[i][0])]


def _choices(vector: Tensor, guide: Guide | None) -> Iterator[tuple[float, Tensor]]:
    for one in variables(vector):
        if one.kind in ("choice", "switch") and one.field.role != "presence":
            now = category(vector, one.field)
            for value in range(one.categories):
                if value != now:
                    likely = guide.of(one.field, value) - guide.of(one.field, now) if guide else 0.0
                    yield likely, with_category(vector, one.field, value)
    for i in range(_count(vector)):
        yield from _geometries(vector, i, guide)


def _geometries(vector: Tensor, layer: int, guide: Guide | None) -> Iterator[tuple[float, Tensor]]:
    """A layer gets a shape of its own, or loses it."""
    switch, shape = field("geometry", layer, "set"), field("geometry", layer)
    if category(vector, switch):
        yield guide.of(switch, 0) if guide else 0.0, with_category(vector, switch, 0)
        return
    own = category(vector, field("geometry"))
    for value in range(shape.size):
        if value != own:
            likely = guide.of(switch, 1) + guide.of(shape, value) if guide else UNLIKELY
            yield likely, with_category(with_category(vector, switch, 1), shape, value)


def _layers(vector: Tensor, guide: Guide | None) -> Iterator[tuple[float, Tensor]]:
    """A layer less, each in turn, or one more."""
    count = _count(vector)
    if count:
        likely = guide.of_count(count - 1) - guide.of_count(count) if guide else 0.0
        for i in range(count):
            yield likely, without_layer(vector, i)
    if count < MAX_LAYERS:
        likely = guide.of_count(count + 1) - guide.of_count(count) if guide else 0.0
        for layer in ADDED:
            yield likely, with_layer(vector, layer)


def with_layer(vector: Tensor, layer: dict) -> Tensor:
    """The scene (D,) with a layer more, behind the others."""
    count = _count(vector)
    of_one = encode([{**default_scene(), "layers": [{"positionX": 0.0, "positionY": 0.0, **layer}]}])[0]
    changed = vector.clone()
    for source, place in zip(_of_layer(0), _of_layer(count)):
        changed[place.slice] = of_one[source.slice]
    return changed


def without_layer(vector: Tensor, layer: int) -> Tensor:
    """The scene (D,) without one of its layers; those behind it move up."""
    changed = vector.clone()
    for i in range(layer, MAX_LAYERS - 1):
        for target, source in zip(_of_layer(i), _of_layer(i + 1)):
            changed[target.slice] = vector[source.slice]
    changed[field("present", MAX_LAYERS - 1).slice] = 0
    return changed


def _of_layer(layer: int) -> list[Field]:
    return [one for one in FIELDS if one.layer == layer]


def _count(vector: Tensor) -> int:
    return int((vector[entries("layers", "presence").index] >= HALF).sum())
