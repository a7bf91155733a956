"""Scenes drawn at random."""

from collections import Counter
from random import Random

import pytest

from stillhouse.datasets.scene.random_scenes import random_scene
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, SCHEMA, validate

COUNT = 2000
RNG = Random(3)
SCENES = [random_scene(RNG) for _ in range(COUNT)]
LAYERS = [layer for scene in SCENES for layer in scene["layers"]]
TOLERANCE = 0.04  # 3.5 standard deviations of a share among 2000


def share(flags) -> float:
    flags = list(flags)
    return sum(flags) / len(flags)


def test_all_are_within_the_schema_and_equal_states_draw_equal_scenes():
    assert all(validate(scene) == (scene, []) for scene in SCENES[:300])
    assert random_scene(Random(5)) == random_scene(Random(5)) != random_scene(Random(6))


def test_probabilities():
    assert share(scene["repetitions"] >= 15 for scene in SCENES) == pytest.approx(0.8, abs=TOLERANCE)
    counts = Counter(len(scene["layers"]) for scene in SCENES)
    for count, weight in enumerate((4, 3, 2, 1, 1), 1):
        assert counts[count] / COUNT == pytest.approx(weight / 11, abs=TOLERANCE)
    for each in SCHEMA:
        if each.kind == "boolean":
            assert share(scene[each.name] for scene in SCENES) == pytest.approx(each.probability, abs=TOLERANCE)
    for each in LAYER_SCHEMA:
        expected = each.probability if each.optional else 1
        assert share(each.name in layer for layer in LAYERS) == pytest.approx(expected, abs=TOLERANCE)


def test_numbers_fill_their_ranges_and_categories_their_choices():
    for members, schema in ((SCENES, SCHEMA), (LAYERS, LAYER_SCHEMA)):
        for each in schema:
            drawn = [member[each.name] for member in members if each.name in member]
            if each.kind == "categorical":
                assert set(drawn) == set(each.choices)
            elif each.kind == "integer":
                assert (min(drawn), max(drawn)) == pytest.approx((each.low, each.high), abs=4)
            elif each.kind == "continuous" and each.name not in ("positionX", "positionY"):
                middle = (sum(drawn) / len(drawn) - each.low) / (each.high - each.low)
                assert middle == pytest.approx(0.5, abs=TOLERANCE)


def test_positions_of_layers_are_clamped_to_the_canvas():
    for name in ("positionX", "positionY"):
        drawn = [layer[name] for layer in LAYERS]
        assert max(drawn) == 1 and min(drawn) == -1
        assert share(abs(value) == 1 for value in drawn) == pytest.approx(0.5, abs=TOLERANCE)
