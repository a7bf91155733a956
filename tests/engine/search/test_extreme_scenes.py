"""Targets that lie outside what networks and searches were made for: every bound of the schema, and beyond it."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stillhouse.datasets.scene import SceneBatch, validate
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.datasets.scene.schema import default_scene, parameters
from stillhouse.engine.search.distance import distance_of
from stillhouse.engine.search.objective import Objective
from stillhouse.engine.search.search import Means, search
from stillhouse.engine.search.settings import Settings
from stillhouse.models.scene import SceneRenderer

REFS = Path(__file__).resolve().parents[4] / "shared" / "data" / "scene"
SIZE = 16
TINY = Settings(size=SIZE, screening=2, steps=3, members=1, evaluations=4, population=4)
EVERY = 25  # of the references that did not fit the schema


def bounds() -> dict[str, dict]:
    """A scene for the least and the most of every number, and of all of them together, with five layers."""
    numbers = {name: one for name, one in parameters(False).items() if one.is_number}
    found = {}
    for side in ("low", "high"):
        ends = {name: getattr(one, side) for name, one in numbers.items()}
        found |= {f"{name} {side}": {**default_scene(), name: end} for name, end in ends.items()}
        layer = {name: getattr(one, side) for name, one in parameters(True).items() if one.is_number}
        switched = {"noiseEnabled": True, "ditherEnabled": True}
        found[f"all {side}"] = validate(
            {**default_scene(), **ends, **switched, "layers": 5 * [layer]}, on_error="clamp"
        )[0]
    return found


def beyond(scene: dict, factor: float) -> Tensor:
    """What the renderer draws where every number is so many times what the schema allows."""
    batch = SceneBatch.from_scenes([scene])
    numbers = [name for name in batch.values if name != "repetitions"]
    for name in numbers:
        batch.values[name] = factor * batch.values[name]
    return SceneRenderer(SIZE)(batch)[0].clamp(0, 1).nan_to_num(0)


def assert_found(target: Tensor) -> None:
    """A tiny search ends with a valid scene and says how far it is."""
    objective = Objective(target, SceneRenderer(SIZE))
    stages = search(target, Means(), TINY, objective=objective)
    assert validate(stages[-1].scene) == (stages[-1].scene, [])
    assert [one.loss for one in stages] == sorted((one.loss for one in stages), reverse=True)
    measured = distance_of(stages[-1], objective)
    assert all(map(math.isfinite, (measured.loss, measured.black, measured.flat, measured.share))) and measured.verdict


def rendered(scene: dict) -> Tensor:
    return SceneRenderer(SIZE).render([scene])[0]


BOUNDS = bounds()


def test_every_number_has_its_two_bounds():
    assert len(BOUNDS) == 36 and "repetitions high" in BOUNDS and BOUNDS["repetitions high"]["repetitions"] == 500


def test_scenes_at_the_bounds_are_drawn_finite_and_found_valid():
    for name, scene in BOUNDS.items():
        assert validate(scene) == (scene, []), name
        assert rendered(scene).isfinite().all(), name
    for name in ("all low", "all high", "repetitions high", "scaleFactor low", "geoWidth high", "alphaFactor low"):
        assert_found(rendered(BOUNDS[name]))


@pytest.mark.parametrize("factor", [-3.0, 1.7, 30.0])
def test_images_that_no_valid_scene_draws(factor: float):
    target = beyond({**default_scene(), "repetitions": 40, "rotationFactor": 0.3, "xStep": 0.5}, factor)
    assert_found(target)


@pytest.mark.parametrize(
    "target", [torch.zeros(3, SIZE, SIZE), torch.ones(3, SIZE, SIZE), torch.eye(SIZE).expand(3, -1, -1)]
)
def test_images_of_no_scene_at_all(target: Tensor):
    assert_found(target)


@pytest.mark.data
@pytest.mark.skipif(not REFS.is_dir(), reason="the reference scenes are not there")
@pytest.mark.parametrize("name", ["refs.prefixed.jsonl", "refs.entry-map.jsonl"])
def test_references_that_did_not_fit_the_schema(name: str):
    outside = [ref for ref in read_refs(REFS / name) if ref.messages]
    assert len(outside) > EVERY
    for ref in outside[::EVERY]:
        assert validate(ref.scene) == (ref.scene, [])
        assert_found(rendered(ref.scene))
