"""Scenes bred from others."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_strategies import SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.breeding import breed, changed
from stillhouse.datasets.scene.schema import SCHEMA, parameter, validate

COUNT = 1500
TOLERANCE = 0.05


@SETTINGS
@given(st.lists(scenes(), min_size=1, max_size=3), st.integers(0, 1000))
def test_children_are_within_the_schema_and_pure(parents: list[dict], seed: int):
    child = breed(parents, Random(seed))
    assert validate(child) == (child, []) and child == breed(parents, Random(seed))


def test_generations_do_not_drift():
    rng, parents = Random(0), [scene(layer(positionX=1.0, scaleX=2.0), repetitions=500, xStep=-2.0)]
    for _ in range(60):
        parents = [breed(parents, rng) for _ in range(3)]
        assert all(1 <= parent["repetitions"] <= 500 and type(parent["positionCoupled"]) is bool for parent in parents)
        assert all(abs(each["positionX"]) <= 1 and abs(each["scaleX"]) <= 2 for p in parents for each in p["layers"])


def test_shares_of_what_is_inherited():
    parent = scene(layer(color="#D4C896"), layer(), layer(), layer(), geometry="arch", repetitions=100)
    rng = Random(1)
    children = [breed([parent], rng) for _ in range(COUNT)]
    share = lambda flags: pytest.approx(sum(flags) / COUNT, abs=TOLERANCE)  # noqa: E731
    assert share(child["geometry"] == "arch" for child in children) == 0.6 + 0.4 / 10
    assert share(len(child["layers"]) == 4 for child in children) == 0.6 + 0.4 / 11
    assert share("color" in child["layers"][0] for child in children) == 0.6 + 0.4 * 0.2
    assert share("geometry" in child["layers"][0] for child in children) == 0.4 * 0.4
    near = [child["repetitions"] for child in children if 80 <= child["repetitions"] <= 120]
    assert 0.6 < len(near) / COUNT < 0.7
    assert len(set(near)) > 35, "numbers are multiplied, not copied"


def test_two_parents_and_their_weights():
    parents = [scene(geometry="arch"), scene(geometry="u"), scene(geometry="wave")]
    rng = Random(2)
    found = [breed(parents, rng, weights=[1, 3, 0])["geometry"] for _ in range(COUNT)]
    by_chance = 0.04 * COUNT
    assert found.count("u") - by_chance == pytest.approx(0.45 * COUNT, abs=TOLERANCE * COUNT)
    assert found.count("arch") - by_chance == pytest.approx(0.15 * COUNT, abs=TOLERANCE * COUNT)
    assert found.count("wave") - by_chance == pytest.approx(0, abs=TOLERANCE * COUNT)
    # one child that has something of two parents proves nothing; with one parent alone no child would mix them
    marks = [
        scene(origin="top-left", geometry="arch", color="#D4C896"),
        scene(origin="top-right", geometry="u", color="#E8D9A0"),
    ]
    mixed = 0
    for _ in range(COUNT):
        child = breed(marks, rng)
        mixed += (child["geometry"], child["color"]) in (("arch", "#E8D9A0"), ("u", "#D4C896"))
    # 0.7 * 0.5 of the pairs differ; a mixed pair of inherited values then has probability 0.36 / 2; the rest is chance
    assert mixed / COUNT == pytest.approx(0.35 * 0.36 / 2 + 2 * 0.6 * 0.4 * 0.1 * 0.5 + 0.0016 * 2, abs=0.04)


def test_factors_and_what_has_none():
    rng = Random(3)
    factors = [changed(0.5, parameter("noiseDensity"), rng) / 0.5 for _ in range(500)]
    assert 0.8 <= min(factors) < 0.82 and 1.18 < max(factors) <= 1.2
    assert {type(changed(50, parameter("repetitions"), rng)) for _ in range(5)} == {int}
    assert changed(True, parameter("noiseEnabled"), rng) is True and changed("u", parameter("geometry"), rng) == "u"
    assert changed(4, parameter("ditherMatrix"), rng) == 4
    assert max(changed(1.9, parameter("positionX", layer=True), rng) for _ in range(50)) == 1
    assert {each.name for each in SCHEMA if each.is_number} >= {"repetitions", "ditherColors"}
