"""Scenes as tensors, in the parameters' own units: what renderers draw and losses compare."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from .errors import SceneError
from .parameter import Parameter
from .schema import LAYER_SCHEMA, MAX_LAYERS, SCHEMA


@dataclass
class SceneBatch:
    """B scenes. Gradients flow through ``values`` and ``layer_values``.

    Attributes:
        values: continuous and integer parameters by name, each (B,) float32 in its own units.
        choices: categorical ones by name, each (B,) int64, the index into the parameter's choices.
        flags: boolean ones by name, each (B,) bool.
        layer_present: (B, 5) bool, the present layers first.
        layer_values: continuous parameters of layers by name, each (B, 5) float32; a default where nothing is set.
        layer_choices: categorical ones of layers by name, each (B, 5) int64; a default where nothing is set.
        layer_set: for every optional parameter of layers by name, (B, 5) bool: whether it overrides the scene's value.
    """

    values: dict[str, Tensor]
    choices: dict[str, Tensor]
    flags: dict[str, Tensor]
    layer_present: Tensor
    layer_values: dict[str, Tensor]
    layer_choices: dict[str, Tensor]
    layer_set: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.layer_present)

    def __getitem__(self, index: slice | Tensor | Sequence[int]) -> "SceneBatch":
        """The scenes at a slice, at integer positions, or where a mask is true; always a batch."""
        return self._mapped(lambda tensor: tensor[index])

    def to(self, device: torch.device | str) -> "SceneBatch":
        """The same scenes on a device."""
        return self._mapped(lambda tensor: tensor.to(device))

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.layer_present.device

    @classmethod
    def from_scenes(cls, scenes: Sequence[dict]) -> "SceneBatch":
        """Scenes that ``validate`` has passed, as tensors.

        Raises:
            SceneError: a parameter is missing, or a category is unknown.
        """
        layers = [[*scene["layers"], *[{}] * (MAX_LAYERS - len(scene["layers"]))] for scene in scenes]
        present = [[i < len(scene["layers"]) for i in range(MAX_LAYERS)] for scene in scenes]
        flat = [layer for row in layers for layer in row]
        numbers, categories, flags = _columns(scenes, SCHEMA)
        layer_numbers, layer_categories, _ = _columns(flat, LAYER_SCHEMA, absent=True)
        overrides = {
            each.name: torch.tensor([each.name in layer for layer in flat], dtype=torch.bool)
            for each in LAYER_SCHEMA
            if each.optional
        }
        mask = torch.tensor(present, dtype=torch.bool).view(-1, MAX_LAYERS)
        return cls(numbers, categories, flags, mask, _rows(layer_numbers), _rows(layer_categories), _rows(overrides))

    def to_scenes(self) -> list[dict]:
        """Plain scenes; integers are rounded."""
        top = _values(SCHEMA, self.values, self.choices, self.flags)
        below = _values(LAYER_SCHEMA, self.layer_values, self.layer_choices, {})
        present = self.layer_present.tolist()
        overrides = {name: mask.tolist() for name, mask in self.layer_set.items()}
        scenes = []
        for b in range(len(self)):
            scene = {name: column[b] for name, column in top.items()}
            scene["layers"] = [_layer(below, overrides, b, i) for i in range(MAX_LAYERS) if present[b][i]]
            scenes.append(scene)
        return scenes

    def _mapped(self, function) -> "SceneBatch":
        parts = {}
        for field in fields(self):
            part = getattr(self, field.name)
            parts[field.name] = (
                {name: function(tensor) for name, tensor in part.items()} if isinstance(part, dict) else function(part)
            )
        return SceneBatch(**parts)


def _columns(members: Sequence[dict], schema: tuple[Parameter, ...], absent: bool = False) -> tuple[dict, dict, dict]:
    """Numbers, categories and booleans by name; the default where ``absent`` members lack one."""
    numbers, categories, flags = {}, {}, {}
    for each in schema:
        if each.kind == "fixed":
            continue
        try:
            column = [member.get(each.name, each.default) if absent else member[each.name] for member in members]
            if each.kind == "categorical":
                categories[each.name] = torch.tensor([each.choices.index(value) for value in column], dtype=torch.int64)
            elif each.kind == "boolean":
                flags[each.name] = torch.tensor(column, dtype=torch.bool)
            else:
                numbers[each.name] = torch.tensor(column, dtype=torch.float32)
        except (KeyError, ValueError, TypeError) as error:
            got = "no value" if isinstance(error, KeyError) else str(error)
            raise SceneError(
                each.name, got, "a valid value in every scene", "Pass scenes through validate()."
            ) from None
    return numbers, categories, flags


def _values(schema: tuple[Parameter, ...], numbers: dict, categories: dict, flags: dict) -> dict[str, list]:
    """The columns of plain values, in the order of the schema."""
    found = {}
    for each in schema:
        if each.name in flags:
            found[each.name] = flags[each.name].tolist()
        elif each.name in categories:
            indices = categories[each.name]
            found[each.name] = [_deep(each.choices, index) for index in indices.tolist()]
        elif each.name in numbers:
            # 0.1 in single precision is more than 0.1, the end of a range.
            column = numbers[each.name].detach().double().clamp(each.low, each.high)
            found[each.name] = (column.round().long() if each.kind == "integer" else column).tolist()
    return found


def _rows(columns: dict[str, Tensor]) -> dict[str, Tensor]:
    """Columns over all layers of all scenes, each as (B, 5)."""
    return {name: column.view(-1, MAX_LAYERS) for name, column in columns.items()}


def _deep(choices: tuple, index: int | list[int]):
    return [choices[i] for i in index] if isinstance(index, list) else choices[index]


def _layer(columns: dict[str, list], overrides: dict[str, list], b: int, i: int) -> dict:
    return {name: column[b][i] for name, column in columns.items() if name not in overrides or overrides[name][b][i]}
