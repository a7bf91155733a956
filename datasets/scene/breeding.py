"""Scenes bred from others: a random scene that takes over some of its parents' values, slightly changed."""

from collections.abc import Sequence
from random import Random

from .parameter import Parameter, Value
from .random_scenes import random_layer, random_scene, within_canvas
from .schema import LAYER_SCHEMA, SCHEMA, validate

TWO_PARENTS = 0.7
INHERITED = 0.6
LEAST_FACTOR, MOST_FACTOR = 0.8, 1.2


def breed(scenes: Sequence[dict], rng: Random, weights: Sequence[float] | None = None) -> dict:
    """A child of one or, with probability 0.7, two of the scenes.

    Every parameter, and the number of layers, is inherited with probability 0.6 from a parent drawn anew each time; the others
    stay as ``random_scene`` draws them. Inherited numbers are multiplied by U(0.8, 1.2) and clamped to the schema, angles
    wrapped; categories and booleans are taken as they are. A layer inherits from the parents' layer of the same number.

    Args:
        scenes: complete scenes to choose the parents from, at least one; both may be the same.
        rng: the source of randomness.
        weights: how likely each is chosen, not all 0; None for equally.

    Returns:
        a complete scene within the schema.
    """
    parents = rng.choices(scenes, weights, k=2 if rng.random() < TWO_PARENTS else 1)
    child = random_scene(rng)
    for each in SCHEMA:
        if each.kind != "fixed" and rng.random() < INHERITED:
            child[each.name] = changed(rng.choice(parents)[each.name], each, rng)
    if rng.random() < INHERITED:
        count = len(rng.choice(parents)["layers"])
        child["layers"] = (child["layers"] + [random_layer(rng) for _ in range(count)])[:count]
    child["layers"] = [_layer(layer, i, parents, rng) for i, layer in enumerate(child["layers"])]
    return validate(child, on_error="clamp")[0]


def changed(value: Value, of: Parameter, rng: Random) -> Value:
    """An inherited value: numbers times U(0.8, 1.2), integers rounded; not clamped, but for the positions of layers."""
    if not of.is_number or isinstance(value, str):
        return value
    scaled = value * rng.uniform(LEAST_FACTOR, MOST_FACTOR)
    if of.component and of.name.startswith("position"):
        return within_canvas(scaled)
    return round(scaled) if of.kind == "integer" else scaled


def _layer(layer: dict, number: int, parents: Sequence[dict], rng: Random) -> dict:
    """A layer that inherits some of the parents' values, an absent override among them."""
    sources = [parent["layers"][number] for parent in parents if number < len(parent["layers"])]
    found = dict(layer)
    for each in LAYER_SCHEMA if sources else ():
        if rng.random() < INHERITED:
            source = rng.choice(sources)
            found.pop(each.name, None)
            if each.name in source:
                found[each.name] = changed(source[each.name], each, rng)
    return found
