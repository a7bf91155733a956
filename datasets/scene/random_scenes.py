"""Scenes drawn at random, with the probabilities of the schema."""

from random import Random

from .parameter import Parameter, Value
from .schema import LAYER_SCHEMA, SCHEMA

LAYER_WEIGHTS = (4, 3, 2, 1, 1)  # of 1 to 5 layers
MANY_REPETITIONS, MANY_PROBABILITY = 15, 0.8
POSITION_LIMIT = 1.0


def random_scene(rng: Random) -> dict:
    """A complete scene: uniform numbers and categories, but for the repetitions and the positions of layers.

    Args:
        rng: the source of randomness; scenes drawn from equal states are equal.

    Returns:
        80 % have 15 repetitions or more; 1 to 5 layers with the weights 4, 3, 2, 1, 1.
    """
    scene: dict = {each.name: draw(each, rng) for each in SCHEMA if each.kind != "fixed"}
    count = rng.choices(range(1, len(LAYER_WEIGHTS) + 1), LAYER_WEIGHTS)[0]
    scene["layers"] = [random_layer(rng) for _ in range(count)]
    return scene


def random_layer(rng: Random) -> dict:
    """One layer; each optional parameter is set with its probability."""
    return {each.name: draw(each, rng) for each in LAYER_SCHEMA if not each.optional or rng.random() < each.probability}


def draw(of: Parameter, rng: Random) -> Value:
    """A value of one parameter."""
    if of.kind == "boolean":
        return rng.random() < of.probability
    if of.kind == "categorical":
        return rng.choice(of.choices)
    if of.name == "repetitions":
        return _repetitions(of, rng)
    if of.kind == "integer":
        return rng.randint(int(of.low), int(of.high))
    value = rng.uniform(of.low, of.high)
    return within_canvas(value) if of.component and of.name.startswith("position") else value


def within_canvas(position: float) -> float:
    """A layer's position, drawn from the whole range, as generation places it: a half of them at +-1."""
    return min(max(position, -POSITION_LIMIT), POSITION_LIMIT)


def _repetitions(of: Parameter, rng: Random) -> int:
    if rng.random() < MANY_PROBABILITY:
        return rng.randint(MANY_REPETITIONS, int(of.high))
    return rng.randint(int(of.low), MANY_REPETITIONS - 1)
