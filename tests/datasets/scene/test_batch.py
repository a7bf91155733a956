"""Scenes as tensors."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scene_strategies import SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.batch import SceneBatch
from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, SCHEMA, validate

SAMPLE = [
    scene(repetitions=7),
    scene(layer(scaleX=-0.5, color="#D4C896"), layer(geoWidth=0.1), noiseEnabled=True, geometry="u"),
]


def test_shapes_types_and_values():
    batch = SceneBatch.from_scenes(SAMPLE)
    assert len(batch) == 2 and set(batch.values) == {each.name for each in SCHEMA if each.is_number}
    assert set(batch.layer_set) == {each.name for each in LAYER_SCHEMA if each.optional}
    assert batch.values["repetitions"].tolist() == [7, 120] and batch.values["repetitions"].dtype == torch.float32
    assert batch.choices["geometry"].tolist() == [0, 4] and batch.choices["geometry"].dtype == torch.int64
    assert batch.flags["noiseEnabled"].tolist() == [False, True]
    assert batch.layer_present.tolist() == [[False] * 5, [True, True, False, False, False]]
    assert batch.layer_values["scaleX"].tolist() == [[1] * 5, [-0.5, 1, 1, 1, 1]]
    assert batch.layer_choices["color"][1].tolist() == [9, 0, 0, 0, 0]
    assert batch.layer_set["color"].nonzero().tolist() == [[1, 0]] and batch.layer_set[
        "geoWidth"
    ].nonzero().tolist() == [[1, 1]]


@SETTINGS
@given(st.lists(scenes(), max_size=4))
def test_there_and_back(given_scenes: list[dict]):
    found = SceneBatch.from_scenes(given_scenes).to_scenes()
    assert len(found) == len(given_scenes)
    for there, back in zip(given_scenes, found):
        assert validate(back) == (back, [])
        for one, other in [(there, back), *zip(there["layers"], back["layers"], strict=True)]:
            assert rounded(one) == rounded(other)


def rounded(members: dict) -> dict:
    """Numbers in single precision, with their types."""
    numbers = {name: (type(v), np.float32(v)) for name, v in members.items() if isinstance(v, (int, float))}
    return {**{name: v for name, v in members.items() if name != "layers"}, **numbers}


def test_parts_and_devices():
    batch = SceneBatch.from_scenes([*SAMPLE, scene(repetitions=9)])
    for index in (slice(1, 3), torch.tensor([1, 2]), [1, 2], torch.tensor([False, True, True])):
        part = batch[index].to("cpu")
        assert part.to_scenes() == batch.to_scenes()[1:] and len(part) == 2
    assert batch.device == torch.device("cpu") and len(batch[0:0].to_scenes()) == 0


def test_gradients_flow_through_parts():
    batch = SceneBatch.from_scenes(SAMPLE)
    batch.values["xStep"].requires_grad_()
    batch.layer_values["rotation"].requires_grad_()
    part = batch[1:]
    (part.values["xStep"].sum() + part.layer_values["rotation"][:, 0].sum() * 2).backward()
    assert batch.values["xStep"].grad.tolist() == [0, 1]
    assert batch.layer_values["rotation"].grad.sum(1).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [(dict(geometry="star"), "geometry: got "), (dict(xStep="far"), "xStep: got "), (dict(noiseEnabled="no"), "noiseEnabled")],
)  # fmt: skip
def test_scenes_outside_the_schema_are_refused(change: dict, message: str):
    with pytest.raises(SceneError, match=f"{message}.*validate"):
        SceneBatch.from_scenes([scene(**change)])


def test_a_missing_parameter_is_refused():
    broken = scene()
    del broken["xStep"]
    with pytest.raises(SceneError, match="xStep: got no value, expected a valid value in every scene"):
        SceneBatch.from_scenes([broken])
