import math

import pytest
import torch
from scene_strategies import layer, scene

from stillhouse.datasets.scene.batch import SceneBatch
from stillhouse.datasets.scene.schema import COLORS, GEOMETRIES, validate
from stillhouse.models.scene.instances import Instances, unroll


def placed(*scenes: dict) -> Instances:
    return unroll(SceneBatch.from_scenes([validate(each)[0] for each in scenes]))


def matrix(found: Instances, k: int) -> torch.Tensor:
    """From the shape's own space to the world."""
    return torch.linalg.inv(found.inverse[k])


def turned(degrees: float) -> torch.Tensor:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)


def test_a_repetition_by_hand():
    found = placed(
        scene(
            repetitions=4, scaleFactor=0.8, scaleProgression="exponential", rotationFactor=0.1, rotationProgression="linear",
            alphaFactor=0.5, alphaProgression="linear", positionProgression="index", positionCoupled=False,
            xStep=0.5, yStep=-1.0, stepFactor=0.2, origin="top-left", scale=1.2, geoWidth=0.03, gradientAngle=0.7,
        )
    )  # fmt: skip
    assert found.index.tolist() == [0, 1, 2, 3]
    size = 0.8**3
    torch.testing.assert_close(matrix(found, 3), 1.2 * size * turned(108))
    x, y = 1.5 * 3 * 0.5 - 1, 1 - 1.5 * 3 * -1.0
    torch.testing.assert_close(found.centre[3], 1.2 * 0.2 * torch.tensor([x, y], dtype=torch.float64))
    assert found.alpha[3].item() == pytest.approx(1 - 3 * 0.5 / 4)
    assert found.width[3].item() == pytest.approx(0.03)
    assert found.gradient[3].tolist() == pytest.approx([math.sin(0.7), math.cos(0.7)], rel=1e-6)


def test_a_layer_translates_rotates_and_scales_a_copy():
    given = layer(rotation=0.5, positionX=0.3, positionY=-0.4, scaleX=-0.6, scaleY=1.5)
    found = placed(scene(given, repetitions=3, rotationFactor=0.3, scaleFactor=1.1, xStep=0.7, yStep=0.2, scale=0.9))
    assert found.index.tolist() == [0, 1, 2, 0, 1, 2]
    own = matrix(found, 2)
    through = turned(math.degrees(0.5)) @ torch.diag(torch.tensor([-0.6, 1.5], dtype=torch.float64))
    torch.testing.assert_close(matrix(found, 5), through @ own)
    shift = 0.9 * torch.tensor([0.3, -0.4], dtype=torch.float64)
    torch.testing.assert_close(found.centre[5], through @ found.centre[2] + shift)


def test_what_a_layer_sets_replaces_the_scene_s_value_in_it():
    given = layer(
        stepFactor=1.0,
        alphaFactor=0.2,
        scaleFactor=0.9,
        rotationFactor=0.5,
        geoWidth=0.07,
        color=COLORS[3],
        geometry="u",
    )
    base = scene(repetitions=3, xStep=0.5, scaleFactor=1.4, alphaProgression="inverse", rotationProgression="linear")
    found = placed(
        {**base, "layers": [given, layer()]}, scene(**{**base, **{k: v for k, v in given.items() if k in base}})
    )
    assert [GEOMETRIES[k] for k in found.geometry.tolist()] == ["ring"] * 3 + ["u"] * 3 + ["ring"] * 3 + ["u"] * 3
    assert found.color.tolist() == [0] * 3 + [3] * 3 + [0] * 3 + [3] * 3
    for column in (found.inverse, found.centre, found.width, found.alpha):
        torch.testing.assert_close(column[3:6], column[9:])
        torch.testing.assert_close(column[:3], column[6:9])
    assert (found.centre[4] - found.centre[1]).abs().max() > 0.1


def test_scenes_do_not_mix():
    first, second = (
        scene(repetitions=2, geometry="bar"),
        scene(layer(), repetitions=5, geometry="line", scaleFactor=0.5),
    )
    both, alone = placed(first, second), placed(second)
    assert both.scene.tolist() == [0] * 2 + [1] * 10
    for name in ("geometry", "color", "index", "inverse", "centre", "width", "alpha", "gradient"):
        assert torch.equal(getattr(both, name)[2:], getattr(alone, name))


@pytest.mark.parametrize("changes", [dict(scaleFactor=0.0), dict(scaleFactor=2.0, repetitions=500)])
@pytest.mark.parametrize("progression", ["linear", "exponential", "additive", "fibonacci", "golden", "sine"])
def test_extreme_scales_stay_finite_with_their_gradients(progression, changes):
    given = scene(layer(scaleX=0.0, scaleY=0.0), scaleProgression=progression, xStep=1.0, **changes)
    batch = SceneBatch.from_scenes([validate(given)[0]])
    leaves = [*batch.values.values(), *batch.layer_values.values()]
    for leaf in leaves:
        leaf.requires_grad_()
    found = unroll(batch)
    (found.inverse.sum() + found.centre.sum() + found.alpha.sum()).backward()
    assert found.inverse.isfinite().all() and found.centre.isfinite().all()
    assert all(leaf.grad.isfinite().all() for leaf in leaves if leaf.grad is not None)


def test_repetitions_have_no_gradient():
    batch = SceneBatch.from_scenes([validate(scene(alphaProgression="inverse", alphaFactor=0.5))[0]])
    batch.values["repetitions"].requires_grad_()
    batch.values["alphaFactor"].requires_grad_()
    unroll(batch).alpha.sum().backward()
    assert batch.values["repetitions"].grad is None and batch.values["alphaFactor"].grad is not None
