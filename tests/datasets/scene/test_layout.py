"""Where the entries of one kind stand in the vector, and which of them count."""

import pytest
import torch
from scene_toys import scenes, vectors

from stillhouse.datasets.scene.encoding import DIMENSION, FIELDS, encode, field
from stillhouse.datasets.scene.layout import angular, entries, gates_of
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, MAX_LAYERS


def test_every_entry_of_the_vector_is_in_one_group():
    groups = [("scene", role) for role in ("value", "flag", "choice")]
    groups += [("layers", role) for role in ("value", "choice", "presence", "set")]
    found = sum((entries(part, role).fields for part, role in groups), ())
    assert sorted(one.slice.start for one in found) == [one.slice.start for one in FIELDS]
    assert sum(one.size for one in found) == DIMENSION


def test_numbers_of_absent_layers_and_of_unset_overrides_do_not_count():
    drawn = scenes(40)
    chosen = entries("layers", "value")
    counts = chosen.counts(encode(drawn))
    for row, scene in zip(counts.tolist(), drawn):
        for one, counted in zip(chosen.fields, row):
            there = one.layer < len(scene["layers"]) and one.name in scene["layers"][one.layer]
            assert counted == there, (one, scene["layers"])
    assert 0 < counts.mean() < 1


def test_numbers_of_the_scene_itself_always_count():
    assert entries("scene", "value").counts(vectors(3)).eq(1).all()
    assert gates_of(field("noiseDensity")) == (-1, -1)


def test_whether_an_override_is_set_counts_where_its_layer_is_there():
    counts = entries("layers", "set").counts(encode([{**scenes(1)[0], "layers": []}]))
    assert counts.shape == (1, MAX_LAYERS * sum(one.optional for one in LAYER_SCHEMA)) and not counts.any()


def test_angles_are_known():
    named = {one.name for one, periodic in zip(*_fields_and_periods("scene")) if periodic}
    assert named == {"gradientAngle"}
    assert {one.name for one, periodic in zip(*_fields_and_periods("layers")) if periodic} == {"rotation"}


def _fields_and_periods(part):
    chosen = entries(part, "value")
    return chosen.fields, chosen.periodic.tolist()


@pytest.mark.parametrize(("difference", "expected"), [(0.9, -0.1), (-0.75, 0.25), (0.4, 0.4)])
def test_an_angle_takes_the_shorter_way(difference: float, expected: float):
    found = angular(torch.tensor([difference, difference]), torch.tensor([True, False]))
    torch.testing.assert_close(found, torch.tensor([expected, difference]))


def test_the_gradient_of_an_angle_points_the_shorter_way():
    difference = torch.tensor([0.9], requires_grad=True)
    angular(difference, torch.tensor([True])).square().sum().backward()
    torch.testing.assert_close(difference.grad, torch.tensor([-0.2]))
