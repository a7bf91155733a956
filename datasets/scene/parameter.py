"""What is known of one parameter of a scene, and short ways to write it down."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["continuous", "integer", "boolean", "categorical", "fixed"]
Value = float | int | bool | str


@dataclass(frozen=True)
class Parameter:
    """One parameter of a scene or of a layer.

    Attributes:
        name: in a scene.
        prefixed: in the service's prefixed form; a layer's holds ``{i}`` for the number of the layer.
        kind: continuous and integer lie in [low, high]; boolean; categorical is one of the choices; fixed is the default alone.
        default: the value where none is given.
        low, high: the bounds of a number, both allowed.
        choices: of a categorical parameter, in the order of their indices.
        component: "x" or "y" where the prefixed entry is a pair.
        optional: a layer may go without it; the scene's value then holds.
        probability: that a random draw makes a boolean true, or sets an optional parameter.
        periodic: an angle, full turns of which change nothing: it is wrapped where another number is clamped.
    """

    name: str
    prefixed: str
    kind: Kind
    default: Value
    low: float = 0.0
    high: float = 0.0
    choices: tuple[Value, ...] = ()
    component: Literal["x", "y"] | None = None
    optional: bool = False
    probability: float = 0.5
    periodic: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it lies in a range."""
        return self.kind in ("continuous", "integer")


def number(prefixed: str, default: float, low: float, high: float, **more) -> Parameter:
    """A continuous parameter."""
    return Parameter(more.pop("name", _plain(prefixed)), prefixed, "continuous", default, low, high, **more)


def integer(prefixed: str, default: int, low: int, high: int) -> Parameter:
    """An integer parameter."""
    return Parameter(_plain(prefixed), prefixed, "integer", default, low, high)


def boolean(prefixed: str, probability: float) -> Parameter:
    """A boolean parameter, false by default."""
    return Parameter(_plain(prefixed), prefixed, "boolean", False, probability=probability)


def choice(prefixed: str, choices: tuple[Value, ...], default: Value | None = None, **more) -> Parameter:
    """A categorical parameter; the first choice by default."""
    first = choices[0] if default is None else default
    return Parameter(_plain(prefixed), prefixed, "categorical", first, choices=choices, **more)


def fixed(name: str, prefixed: str, value: Value, component: Literal["x", "y"] | None = None) -> Parameter:
    """A parameter that has one value."""
    return Parameter(name, prefixed, "fixed", value, component=component)


def _plain(prefixed: str) -> str:
    """``Noise.density`` as ``noiseDensity``, ``Scalars.stepFactor`` as ``stepFactor``, a layer's ``...-color`` as ``color``."""
    section, _, name = prefixed.rpartition("-" if prefixed.startswith("Groups") else ".")
    return section.lower() + name[0].upper() + name[1:] if section in ("Noise", "Dither") else name


def of_layer(name: str) -> str:
    """The prefixed key of a layer's parameter; ``{i}`` is the layer's number."""
    return "Groups.g{i}.g{i}-" + name
