"""Variations of references."""

from random import Random

import pytest
import torch
from scene_toys import scenes

from stillhouse.datasets.scene import variations
from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, SCHEMA, validate
from stillhouse.datasets.scene.variations import Variations, vary, visible
from stillhouse.registry import MODELS


def test_numbers_change_a_little_and_the_rest_is_kept():
    for scene in scenes(20):
        varied = vary(scene, Random(1))
        assert validate(varied) == (varied, [])
        for known, before, after in (
            (SCHEMA, scene, varied),
            *((LAYER_SCHEMA, one, other) for one, other in zip(scene["layers"], varied["layers"], strict=True)),
        ):
            assert before.keys() == after.keys()
            for each in (each for each in known if each.name in before):
                _near(each, before[each.name], after[each.name])
        assert varied != scene


def _near(each, before, after) -> None:
    if not each.is_number:
        assert after == before
    elif not each.periodic:  # an angle may have been wrapped
        room = 0.2 * abs(before) + 1e-9 + 0.5 * (each.kind == "integer")
        assert abs(after - before) <= room or after in (each.low, each.high)


def test_a_scene_depends_on_seed_and_index_alone():
    parents = tuple(scenes(5))
    assert Variations(0, parents).scene(7) == Variations(0, parents).scene(7)
    assert Variations(0, parents).scene(7) != Variations(1, parents).scene(7)
    assert Variations(0, parents).scene(7) != Variations(0, parents).scene(8)
    assert len({Variations(0, parents).scene(i)["geometry"] for i in range(40)}) > 1


def test_other_references_are_another_recipe():
    first, second = Variations(0, tuple(scenes(2))), Variations(0, tuple(scenes(2, seed=1)))
    assert first.facts() != second.facts() and first.facts() == Variations(0, tuple(scenes(2))).facts()


@MODELS.register_module(force=True)
class ShareRenderer:
    """As many white pixels as ``alphaFactor`` says; everything where noise was left on."""

    def render(self, scenes):
        share = [1.0 if scene["noiseEnabled"] else scene["alphaFactor"] for scene in scenes]
        return torch.stack([(torch.arange(100).view(1, 10, 10) < 100 * s).float().expand(3, 10, 10) for s in share])


@pytest.fixture
def shares(monkeypatch):
    monkeypatch.setattr(variations, "SEEN", dict(type="ShareRenderer"))
    plain = {**scenes(1)[0], "noiseEnabled": True}
    return lambda *values: [{**plain, "alphaFactor": value} for value in values]


def test_what_is_nearly_black_or_white_is_left_out(shares):
    assert [one["alphaFactor"] for one in visible(shares(0.01, 0.03, 0.5, 0.89, 0.95))] == [0.03, 0.5, 0.89]


def test_without_any_that_shows_something(shares):
    with pytest.raises(SceneError, match="references: got 2 that are nearly black or nearly white"):
        visible(shares(0.0, 1.0))
