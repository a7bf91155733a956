"""The three forms in which a scene travels: flat, prefixed, and a map of entries that may be disabled.

- flat: names without prefix; dither and the pairs are nested: ``{"repetitions": 120, "position": {"x": 0, "y": 0},
  "dither": {"enabled": false, "type": "bayer", ...}, "layers": [{"scale": {"x": 1, "y": -1}, ...}], ...}``. The names of
  ``schema.py`` (``ditherType``, ``scaleX``) are read too.
- prefixed: ``{"Scalars.repetitions": 120, "Groups.g0.g0-scale": {"x": 1, "y": -1}, ...}``.
- entries: prefixed keys, each with ``{"value": ..., "disabled": bool}``; what is disabled counts as absent. Keys without an
  entry around their value may stand among them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from ...registry import nearest
from .errors import SceneError
from .fitting import words
from .parameter import Parameter
from .schema import LAYER_SCHEMA, SCHEMA, Fault, OnError, check, refuse

Form = Literal["flat", "prefixed", "entries"]
_GROUP = re.compile(r"Groups\.g(\d{1,9})\.g\1-(.+)")
_ENTRY_KEYS = {"value", "disabled", "optional"}


def to_flat(scene: dict) -> dict:
    """The flat form of a complete scene, fixed parameters among it."""
    body: dict = {}
    for each in SCHEMA:
        name = each.name
        if each.prefixed.startswith("Dither."):
            body.setdefault("dither", {})[each.prefixed.split(".")[1]] = scene[name]
        else:
            _put(body, name[:-1] if each.component else name, each, scene.get(name, each.default))
    body["layers"] = [_flat_layer(layer) for layer in scene["layers"]]
    return body


def to_prefixed(scene: dict) -> dict:
    """The prefixed form of a complete scene, fixed parameters among it."""
    body: dict = {}
    for key, each, value in _prefixed(scene):
        if value is not None:
            _put(body, key, each, value)
    return body


def to_entries(scene: dict) -> dict[str, dict]:
    """The map of entries of a complete scene; what a layer does not override is there, disabled, with its default."""
    values: dict = {}
    disabled = {}
    for key, each, value in _prefixed(scene):
        _put(values, key, each, each.default if value is None else value)
        disabled[key] = value is None
    return {key: {"value": value, "disabled": disabled[key]} for key, value in values.items()}


def form_of(body: Mapping) -> Form:
    """Which form a body has.

    Raises:
        SceneError: it is no dict.
    """
    if not isinstance(body, Mapping):
        raise SceneError("body", words(body), "an object", "Send a scene as flat, prefixed or entries.")
    if any(_is_entry(value) for value in body.values()):
        return "entries"
    return "prefixed" if any("." in str(key) for key in body) else "flat"


def from_body(body: Mapping, on_error: OnError = "raise") -> tuple[dict, list[str]]:
    """A scene from any of the forms.

    Args:
        body: a flat scene, a prefixed one, or entries.
        on_error: as of ``validate``.

    Returns:
        a complete scene within the schema, and a message for each fault that was mended.

    Raises:
        SceneError: as ``validate``; names are those of ``schema.py``, unknown keys stand as they were given.
    """
    form = form_of(body)
    faults: list[Fault] = []
    if form == "flat":
        plain = _from_flat(body, False, "", faults)
    else:
        plain = _from_prefixed(_enabled(body, faults) if form == "entries" else body, faults)
    scene, more = check(plain)
    faults += more
    if faults and on_error == "raise":
        refuse(faults)
    return scene, [fault.message() for fault in faults]


def _prefixed(scene: dict) -> Iterator[tuple[str, Parameter, object]]:
    """Key, parameter and value of all that a scene may have; None where a layer overrides nothing."""
    for each in SCHEMA:
        yield each.prefixed, each, scene.get(each.name, each.default)
    for i, layer in enumerate(scene["layers"]):
        for each in LAYER_SCHEMA:
            yield each.prefixed.format(i=i), each, layer.get(each.name)


def _put(body: dict, key: str, each: Parameter, value: object) -> None:
    """Set a value, or one component of a pair."""
    if each.component:
        body.setdefault(key, {})[each.component] = value
    else:
        body[key] = value


def _flat_layer(layer: dict) -> dict:
    body: dict = {}
    for each in LAYER_SCHEMA:
        if each.name in layer:
            _put(body, each.name[:-1] if each.component else each.name, each, layer[each.name])
    return body


def _is_entry(value: object) -> bool:
    return isinstance(value, Mapping) and "value" in value


@cache
def _prefixed_keys() -> dict[str, tuple[Parameter, ...]]:
    """The one parameter, or the two of a pair, by prefixed key; a layer's keys hold ``{i}``."""
    keys: dict[str, tuple[Parameter, ...]] = {}
    for each in (*SCHEMA, *LAYER_SCHEMA):
        keys[each.prefixed] = (*keys.get(each.prefixed, ()), each)
    return keys


def _enabled(body: Mapping, faults: list[Fault]) -> dict:
    """The prefixed form of entries: what is not disabled."""
    found = {}
    for key, entry in body.items():
        if not _is_entry(entry):
            found[key] = entry
            continue
        off = entry.get("disabled", False)
        if off not in (True, False):
            faults.append(Fault(f"{key}.disabled", words(off), "true or false", f"taken as {bool(off)}"))
        for other in entry:
            if other not in _ENTRY_KEYS:
                faults.append(Fault(f"{key}.{other}", words(entry[other]), "value and disabled alone", "left out"))
        if not off:
            found[key] = entry["value"]
    return found


def _from_prefixed(body: Mapping, faults: list[Fault]) -> dict:
    """The names of the schema; layers in the order of their numbers, without gaps."""
    plain: dict = {}
    layers: dict[int, dict] = {}
    for key, value in body.items():
        group = _GROUP.fullmatch(str(key))
        pattern = f"Groups.g{{i}}.g{{i}}-{group.group(2)}" if group else str(key)
        known = _prefixed_keys().get(pattern) if group or "{" not in pattern else None
        if known is None:
            near = nearest(pattern, _prefixed_keys(), most=1)
            hint = f". Known: {near[0].replace('{i}', group.group(1) if group else '0')}" if near else ""
            faults.append(Fault(str(key), words(value), f"no such key{hint}", "left out"))
        else:
            member = layers.setdefault(int(group.group(1)), {}) if group else plain
            _spread(value, known, str(key), member, faults)
    return {**plain, "layers": [layers[i] for i in sorted(layers)]}


def _spread(value: object, known: tuple[Parameter, ...], where: str, member: dict, faults: list[Fault]) -> None:
    """Put a value, or the components of a pair, under the schema's names."""
    if known[0].component is None:
        _set(member, known[0].name, value, where, faults)
        return
    if not isinstance(value, Mapping):
        faults.append(Fault(where, words(value), "a pair of x and y", "taken as absent"))
        return
    names = {str(each.component): each.name for each in known}
    for component, part in value.items():
        if component in names:
            _set(member, names[component], part, where, faults)
        else:
            faults.append(Fault(f"{where}.{component}", words(part), "x and y alone", "left out"))


def _set(member: dict, name: str, value: object, where: str, faults: list[Fault]) -> None:
    if name in member:
        faults.append(Fault(where, words(value), f"{name} to be given once", f"taken as {words(member[name])}"))
    else:
        member[name] = value


def _from_flat(body: Mapping, layer: bool, prefix: str, faults: list[Fault]) -> dict:
    """The schema's names of a flat scene or layer."""
    pairs = _pairs(layer)
    plain: dict = {}
    for key, value in body.items():
        where = f"{prefix}{key}"
        if key in pairs:
            _spread(value, pairs[key], where, plain, faults)
        elif key == "dither" and not layer:
            _from_dither(value, plain, faults)
        elif key == "layers" and not layer and isinstance(value, (list, tuple)):
            parts = [(part, f"layers[{i}].") for i, part in enumerate(value)]
            plain[key] = [_from_flat(p, True, at, faults) if isinstance(p, Mapping) else p for p, at in parts]
        else:
            _set(plain, key, value, where, faults)
    return plain


@cache
def _pairs(layer: bool) -> dict[str, tuple[Parameter, ...]]:
    """The two parameters of every pair, by its name in the flat form."""
    names: dict[str, tuple[Parameter, ...]] = {}
    for each in LAYER_SCHEMA if layer else SCHEMA:
        if each.component:
            names[each.name[:-1]] = (*names.get(each.name[:-1], ()), each)
    return names


def _from_dither(value: object, plain: dict, faults: list[Fault]) -> None:
    known = {each.prefixed.split(".")[1]: each for each in SCHEMA if each.prefixed.startswith("Dither.")}
    if not isinstance(value, Mapping):
        faults.append(Fault("dither", words(value), "an object", "taken as absent"))
        return
    for key, part in value.items():
        if key in known:
            _set(plain, known[key].name, part, f"dither.{key}", faults)
        else:
            faults.append(Fault(f"dither.{key}", words(part), f"one of {', '.join(known)}", "left out"))
