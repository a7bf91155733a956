"""The error of a scene's numbers."""

import pytest
import torch
from scene_toys import scenes, vectors

from stillhouse.datasets.scene.encoding import encode, field
from stillhouse.datasets.scene.layout import entries
from stillhouse.losses import SceneValues, mean_over, value_errors


def at(target: torch.Tensor, name: str, value: float, layer: int | None = None) -> torch.Tensor:
    changed = target.clone()
    changed[:, field(name, layer).slice] = value
    return changed


def test_by_hand():
    target = at(vectors(1), "alphaFactor", 0.25)
    errors, counts = value_errors(at(target, "alphaFactor", 0.75), target)
    place = [one.name for one in entries("scene", "value").fields].index("alphaFactor")
    assert errors[0, place] == 0.5 and errors.count_nonzero() == 1 and counts.min() == 1
    assert mean_over(errors.abs(), counts).item() == pytest.approx(0.5 / errors.shape[1])


def test_angles_take_the_shorter_way():
    target = at(vectors(1), "gradientAngle", 0.05)
    errors, _ = value_errors(at(target, "gradientAngle", 0.95), target)
    torch.testing.assert_close(errors.abs().sum(), torch.tensor(0.1))


def test_layers_that_are_not_there_do_not_count():
    scene = next(one for one in scenes(20) if len(one["layers"]) == 2)
    target = encode([scene])
    errors, counts = value_errors(at(target, "positionX", 1.0, layer=4), target, "layers")
    assert errors.abs().sum() > 0 and mean_over(errors.abs(), counts) == 0
    errors, counts = value_errors(at(target, "positionX", 1.0, layer=1), target, "layers")
    assert mean_over(errors.abs(), counts) > 0


def test_without_any_layer_the_loss_is_zero_with_a_gradient():
    logits = torch.zeros_like(vectors(2)).requires_grad_()
    target = encode([{**one, "layers": []} for one in scenes(2)])
    loss = SceneValues("layers")({"logits": logits}, {"params": target})
    loss.backward()
    assert loss.item() == 0 and not logits.grad.any()


@pytest.mark.parametrize(("part", "distance"), [("scene", "mse"), ("layers", "l1")])
def test_gradient_against_finite_differences(part, distance):
    target, places = vectors(2).double(), entries(part, "value").index
    few = torch.randn(2, len(places), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    loss = SceneValues(part, distance)

    def of(values):
        logits = torch.zeros_like(target).index_copy(1, places, values)
        return loss({"logits": logits}, {"params": target})

    assert torch.autograd.gradcheck(of, few.requires_grad_())


def test_the_right_scene_has_no_error_and_half_precision_is_raised():
    target = vectors(3)
    logits = torch.logit(target.clamp(1e-6, 1 - 1e-6))
    for part in ("scene", "layers"):
        assert SceneValues(part)({"logits": logits}, {"params": target}) < 1e-9
    assert SceneValues()({"logits": logits.bfloat16()}, {"params": target}).dtype == torch.float32


def test_unknown_words():
    with pytest.raises(ValueError, match=r"SceneValues\.part: got 'layer', expected 'scene' or 'layers'"):
        SceneValues("layer")
    with pytest.raises(ValueError, match=r"SceneValues\.distance: got 'l2', expected 'mse' or 'l1'"):
        SceneValues(distance="l2")
