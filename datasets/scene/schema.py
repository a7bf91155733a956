"""Every parameter of a scene: name, kind, range, choices, default. The one source that the other modules read.

A scene is a plain dict. It has every name of ``SCHEMA`` whose kind is not ``fixed``, and ``layers``, a list of 0 to 5 dicts:

    {"repetitions": 120, "alphaFactor": 0.65, ..., "scale": 1.0, "geometry": "ring", "color": "#FFFDDD", "geoWidth": 0.041,
     "gradientAngle": 0.0, "noiseEnabled": False, ..., "ditherType": "bayer", "ditherMatrix": 4, ...,
     "layers": [{"rotation": 0.5, "positionX": 0.2, "positionY": -1.0, "scaleX": 1.0, "scaleY": -0.6, "color": "#F5DEB3"}]}

A layer has the five names rotation, positionX, positionY, scaleX and scaleY, and those of the optional ones that override the
scene's value in it. Names are the service's without their prefix (``Scene.scale`` is ``scale``), but for ``noise...`` and
``dither...``; a pair ``{"x": .., "y": ..}`` there is two names here. Angles are radians; rotationFactor is a share of a turn.
Colours are written ``#RRGGBB`` in capitals; ``ditherMatrix`` is the integer 2, 4 or 8.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from ...registry import nearest
from .errors import SceneError
from .fitting import fit, words
from .parameter import Parameter, boolean, choice, fixed, integer, number, of_layer

OnError = Literal["raise", "clamp"]

MAX_LAYERS = 5
GEOMETRIES = ("ring", "bar", "line", "arch", "u", "spiral", "wave", "infinity", "square", "roundedRect")
COLORS = (
    "#FFFDDD", "#FFFEF0", "#FFFFF0", "#FFF8DC", "#FFEFD5", "#FFE4B5", "#F5DEB3", "#EEE8AA", "#E8D9A0", "#D4C896",
)  # fmt: skip
ORIGINS = ("center", "top-center", "bottom-center", "top-left", "top-right", "bottom-left", "bottom-right")
SCALE_PROGRESSIONS = ("linear", "exponential", "additive", "fibonacci", "golden", "sine")
ROTATION_PROGRESSIONS = ("linear", "golden-angle", "fibonacci", "sine")
ALPHA_PROGRESSIONS = ("exponential", "linear", "inverse")

SCHEMA: tuple[Parameter, ...] = (
    integer("Scalars.repetitions", 120, 1, 500),
    number("Scalars.alphaFactor", 0.65, 0, 1),
    number("Scalars.scaleFactor", 1.05, 0, 2),
    number("Scalars.rotationFactor", 0.0, -1, 1),
    number("Scalars.stepFactor", 0.13, 0.02, 2),
    boolean("Scalars.positionCoupled", 0.5),
    choice("Scalars.scaleProgression", SCALE_PROGRESSIONS),
    choice("Scalars.rotationProgression", ROTATION_PROGRESSIONS),
    choice("Scalars.alphaProgression", ALPHA_PROGRESSIONS),
    choice("Scalars.positionProgression", ("index", "scale")),
    number("Spatial.xStep", 0.0, -2, 2),
    number("Spatial.yStep", 0.0, -2, 2),
    choice("Spatial.origin", ORIGINS),
    number("Scene.scale", 1.0, 0.85, 1.5),
    fixed("rotation", "Scene.rotation", 0),
    fixed("positionX", "Scene.position", 0, "x"),
    fixed("positionY", "Scene.position", 0, "y"),
    fixed("debug", "Scene.debug", False),
    fixed("transform", "Scene.transform", False),
    choice("Element.geometry", GEOMETRIES),
    number("Element.geoWidth", 0.041, 0.001, 0.1),
    number("Element.gradientAngle", 0.0, -math.pi, math.pi, periodic=True),
    choice("Element.color", COLORS),
    boolean("Noise.enabled", 0.35),
    number("Noise.density", 0.5, 0, 1),
    number("Noise.opacity", 0.2, 0, 0.4),
    number("Noise.size", 0.3, 0.1, 0.5),
    boolean("Dither.enabled", 0.35),
    choice("Dither.type", ("bayer", "noise", "halftone")),
    choice("Dither.matrix", (2, 4, 8), 4),
    integer("Dither.colors", 16, 8, 32),
    number("Dither.strength", 0.5, 0.2, 0.8),
    number("Dither.scale", 2.0, 1, 8),
    number("Dither.bias", 0.0, 0, 0.5),
    boolean("Dither.grayscale", 0.1),
)

LAYER_SCHEMA: tuple[Parameter, ...] = (
    number(of_layer("rotation"), 0.0, -math.pi, math.pi, periodic=True),
    number(of_layer("position"), 0.0, -2, 2, name="positionX", component="x"),
    number(of_layer("position"), 0.0, -2, 2, name="positionY", component="y"),
    number(of_layer("scale"), 1.0, -2, 2, name="scaleX", component="x"),
    number(of_layer("scale"), 1.0, -2, 2, name="scaleY", component="y"),
    number(of_layer("stepFactor"), 0.13, 0, 2, optional=True, probability=0.3),
    number(of_layer("alphaFactor"), 0.65, 0, 1, optional=True, probability=0.3),
    number(of_layer("scaleFactor"), 1.05, 0, 2, optional=True, probability=0.3),
    number(of_layer("rotationFactor"), 0.0, -1, 1, optional=True, probability=0.3),
    number(of_layer("geoWidth"), 0.041, 0.001, 0.1, optional=True, probability=0.3),
    choice(of_layer("color"), COLORS, optional=True, probability=0.2),
    choice(of_layer("geometry"), GEOMETRIES, optional=True, probability=0.4),
)


@cache
def parameters(layer: bool = False) -> dict[str, Parameter]:
    """The parameters of a scene, or of a layer, by name, in their order; fixed ones among them."""
    return {each.name: each for each in (LAYER_SCHEMA if layer else SCHEMA)}


def parameter(name: str, layer: bool = False) -> Parameter:
    """The parameter of a scene, or of a layer, that has this name.

    Raises:
        SceneError: no parameter of that name.
    """
    found = parameters(layer).get(name)
    if found is None:
        raise SceneError("parameter", repr(name), "a parameter's name", suggestion(name, layer))
    return found


def suggestion(name: str, layer: bool = False) -> str:
    """The known names that are nearest to an unknown one, as a sentence."""
    near = nearest(name, parameters(layer), most=3) or list(parameters(layer))
    return f"Known: {', '.join(near)}."


def default_scene() -> dict:
    """A scene of defaults, without layers."""
    return {**{each.name: each.default for each in SCHEMA if each.kind != "fixed"}, "layers": []}


class Fault(NamedTuple):
    """Something that does not fit the schema.

    Attributes:
        where: the name, of a layer as ``layers[2].rotation``.
        got, expected: in words.
        taken: what stands there once it is mended, in words.
    """

    where: str
    got: str
    expected: str
    taken: str

    def message(self) -> str:
        """One line."""
        return f"{self.where}: got {self.got}, expected {self.expected}; {self.taken}"


def validate(scene: Mapping, on_error: OnError = "raise") -> tuple[dict, list[str]]:
    """A complete scene within the schema.

    What is absent gets its default; fixed parameters are checked and left out. 0 and 1 are booleans; letters of a colour may
    be small, and its ``#`` may be missing. Anything else that differs from the schema is a fault.

    Args:
        scene: parameters by name, and ``layers``.
        on_error: ``raise`` at a fault; ``clamp`` leaves out unknown keys and layers beyond the fifth, clamps numbers, wraps
            angles, takes the nearest colour, and the default for what has no nearest value.

    Returns:
        a new scene, in the order of the schema, and a message for each fault that was mended.

    Raises:
        SceneError: a fault under ``raise``; names the first, and how many others there are. Under either, a scene that is no
            dict, or layers that are no list of dicts.
    """
    found, faults = check(scene)
    if faults and on_error == "raise":
        refuse(faults)
    return found, [fault.message() for fault in faults]


def check(scene: Mapping) -> tuple[dict, list[Fault]]:
    """The mended scene and its faults; ``validate`` without the choice.

    Raises:
        SceneError: the scene is no dict, or its layers are no list of dicts.
    """
    if not isinstance(scene, Mapping):
        raise SceneError("scene", words(scene), "a dict of parameters", "Give an object in one of the three forms.")
    layers = scene.get("layers", [])
    if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Mapping) for layer in layers):
        raise SceneError("layers", words(layers), "a list of dicts", 'Give "layers": [] for a scene without layers.')
    faults: list[Fault] = []
    found = _members(scene, "", False, faults)
    if len(layers) > MAX_LAYERS:
        taken = f"the first {MAX_LAYERS} are kept"
        faults.append(Fault("layers", f"{len(layers)} layers", f"at most {MAX_LAYERS}", taken))
    found["layers"] = [_members(layer, f"layers[{i}].", True, faults) for i, layer in enumerate(layers[:MAX_LAYERS])]
    return found, faults


def refuse(faults: list[Fault]) -> None:
    """Raise the first fault as an error.

    Raises:
        SceneError: always.
    """
    first, others = faults[0], len(faults) - 1
    more = f" {others} more of its values {'does' if others == 1 else 'do'} not fit." if others else ""
    raise SceneError(first.where, first.got, first.expected, f"Correct it, or ask for clamping.{more}")


def _members(given: Mapping, prefix: str, layer: bool, faults: list[Fault]) -> dict:
    """The values of a scene or a layer by name, faults appended."""
    known = parameters(layer)
    for key in given:
        if key not in known and (layer or key != "layers"):
            expected = f"no such key. {suggestion(str(key), layer)[:-1]}"
            faults.append(Fault(f"{prefix}{key}", words(given[key]), expected, "left out"))
    found = {}
    for name, each in known.items():
        if name in given:
            value, expected = fit(given[name], each)
            if expected:
                faults.append(Fault(f"{prefix}{name}", words(given[name]), expected, f"taken as {value}"))
        value = value if name in given else each.default
        if each.kind != "fixed" and (name in given or not each.optional):
            found[name] = value
    return found
