"""Scenes as vectors of a model."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scene_strategies import REAL_FILES, SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.encoding import DIMENSION, FIELDS, decode, encode, field, to_batch
from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, SCHEMA, validate


def assert_near(there: dict, back: dict) -> None:
    """Equal but for the rounding of a number in [0, 1] to single precision."""
    pairs = [
        (SCHEMA, there, back),
        *((LAYER_SCHEMA, *two) for two in zip(there["layers"], back["layers"], strict=True)),
    ]
    for schema, one, other in pairs:
        assert set(one) == set(other)
        for each in schema:
            if each.kind == "continuous" and each.name in one:
                assert abs(one[each.name] - other[each.name]) <= 3e-7 * (each.high - each.low)
            else:
                assert one.get(each.name) == other.get(each.name)


def test_the_fields_cover_the_vector_once():
    assert FIELDS[0].slice.start == 0 and FIELDS[-1].slice.stop == DIMENSION == 69 + 5 * 38
    assert all(one.slice.stop == other.slice.start for one, other in pairwise(FIELDS))
    assert len({(each.name, each.layer, each.role) for each in FIELDS}) == len(FIELDS)
    assert {each.role for each in FIELDS} == {"value", "flag", "choice", "presence", "set"}
    assert (
        field("color", 2).size == 10 and field("color", 2, "set").size == 1 and field("present", 4).role == "presence"
    )


def test_hand_values():
    vector = encode(
        [scene(layer(rotation=0.0, positionX=-2.0, alphaFactor=0.25), xStep=1.0, origin="top-left", noiseEnabled=True)]
    )
    assert vector.shape == (1, DIMENSION) and vector.dtype == torch.float32
    entry = lambda name, *more: vector[0, field(name, *more).slice].tolist()  # noqa: E731
    assert entry("xStep") == [0.75] and entry("repetitions") == pytest.approx([119 / 499])
    assert entry("origin") == [0, 0, 0, 1, 0, 0, 0] and entry("noiseEnabled") == [1]
    assert [entry("present", i) for i in range(5)] == [[1], [0], [0], [0], [0]]
    assert (
        entry("rotation", 0) == pytest.approx([0.5]) and entry("positionX", 0) == [0] and entry("scaleX", 0) == [0.75]
    )
    assert entry("alphaFactor", 0, "set") == [1] and entry("alphaFactor", 0) == [0.25]
    assert entry("stepFactor", 0, "set") == [0] and entry("stepFactor", 0) == pytest.approx([0.065])


@SETTINGS
@given(st.lists(scenes(), min_size=1, max_size=3))
def test_there_and_back(given_scenes: list[dict]):
    vectors = encode(given_scenes)
    assert vectors.min() >= 0 and vectors.max() <= 1
    for there, back in zip(given_scenes, decode(vectors), strict=True):
        assert_near(there, back)
        assert validate(back) == (back, [])
    torch.testing.assert_close(encode(decode(vectors)), vectors, rtol=0, atol=3e-7)


@pytest.mark.data
@pytest.mark.skipif(not all(path.exists() for path in REAL_FILES), reason="no real scenes in ../shared/data")
def test_every_real_line_there_and_back():
    real = [ref.scene for path in REAL_FILES for ref in read_refs(path)]
    assert len(real) == 323
    for there, back in zip(real, decode(encode(real)), strict=True):
        assert_near(there, back)


@SETTINGS
@given(st.integers(0, 2**31))
def test_whatever_a_model_puts_out_is_a_scene(seed: int):
    vectors = 3 * torch.randn(2, DIMENSION, generator=torch.Generator().manual_seed(seed))
    for found in decode(vectors):
        assert validate(found) == (found, [])


def test_present_layers_move_to_the_front():
    vector = encode([scene(*[layer(positionX=i / 4) for i in range(5)])])
    for i in (0, 2, 3):
        vector[0, field("present", i).slice] = 0.4
    assert [each["positionX"] for each in decode(vector)[0]["layers"]] == [0.25, 1.0]
    assert to_batch(vector).layer_present.tolist() == [[True, True, False, False, False]]


def test_gradients_reach_numbers_alone():
    vector = encode([scene(layer(scaleY=0.5), xStep=0.5)]).requires_grad_()
    batch = to_batch(vector)
    numbers = [column.sum() for column in (*batch.values.values(), *batch.layer_values.values())]
    torch.stack(numbers).sum().backward()
    for each in FIELDS:
        slope = vector.grad[0, each.slice]
        assert (slope > 0).all() if each.role == "value" else (slope == 0).all(), each
    assert vector.grad[0, field("scaleY", 0).slice].item() == 4 and vector.grad[
        0, field("gradientAngle").slice
    ].item() == (pytest.approx(2 * math.pi))


def test_numbers_beyond_their_range_are_clamped_and_keep_their_gradient():
    vector = encode([scene()])
    vector[0, field("xStep").slice], vector[0, field("noiseSize").slice] = -0.5, 7.0
    vector.requires_grad_()
    batch = to_batch(vector)
    assert batch.values["xStep"].item() == -2 and batch.values["noiseSize"].item() == pytest.approx(0.5)
    batch.values["xStep"].backward()
    assert vector.grad[0, field("xStep").slice].item() == 4


def test_integers_are_whole_in_a_batch_and_keep_their_gradient():
    vector = encode([scene(repetitions=100)])
    vector[0, field("repetitions").slice] += 0.3 / 499
    vector.requires_grad_()
    repetitions = to_batch(vector).values["repetitions"]
    assert repetitions.item() == 100
    repetitions.backward()
    assert vector.grad[0, 0] == 499


def test_refusals():
    with pytest.raises(SceneError, match=rf"vectors: got shape \(3, 5\), expected \(B, {DIMENSION}\)"):
        decode(torch.zeros(3, 5))
    with pytest.raises(SceneError, match="vectors: got entries that are not finite"):
        decode(torch.full((1, DIMENSION), torch.nan))
    with pytest.raises(SceneError, match="field: got name='xStep', layer=2, role=None, expected a field of the vector"):
        field("xStep", 2)
