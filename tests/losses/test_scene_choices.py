"""The cross-entropy of a scene's categories."""

import math

import pytest
import torch
from scene_toys import scenes, vectors

from stillhouse.datasets.scene.encoding import encode, field
from stillhouse.losses import SceneChoices, choice_errors, mean_over


def test_equal_logits_cost_the_logarithm_of_the_number_of_categories():
    target = vectors(4)
    loss = SceneChoices(name="geometry")({"logits": torch.zeros_like(target)}, {"params": target})
    assert loss.item() == pytest.approx(math.log(10))


def test_the_right_categories_cost_nothing_and_a_wrong_one_costs():
    target = vectors(3)
    logits = 40 * target - 20
    for part in ("scene", "layers"):
        assert SceneChoices(part)({"logits": logits}, {"params": target}).item() < 1e-6
    wrong = logits.clone()
    wrong[:, field("origin").slice] = logits[:, field("origin").slice].roll(1, 1)
    errors, _ = choice_errors(wrong, target)
    assert (errors > 10).sum() == 3, "one of each scene"


def test_only_categories_that_a_layer_overrides_count():
    layer = {"rotation": 0.0, "positionX": 0.0, "positionY": 0.0, "scaleX": 1.0, "scaleY": 1.0}
    scene = {**scenes(1)[0], "layers": [layer, {**layer, "geometry": "bar"}]}
    target = encode([scene])
    errors, counts = choice_errors(torch.zeros_like(target), target, "layers")
    assert counts.sum() == 1 and mean_over(errors, counts).item() == pytest.approx(math.log(10))
    errors, counts = choice_errors(torch.zeros_like(target), target, "layers", "color")
    assert errors.shape == (1, 5) and not counts.any()


def test_gradient_against_finite_differences():
    target = vectors(1).double()
    loss = SceneChoices("scene", "origin")
    place = field("origin").slice

    def of(few):
        logits = torch.cat(
            [torch.zeros_like(target[:, : place.start]), few, torch.zeros_like(target[:, place.stop :])], 1
        )
        return loss({"logits": logits}, {"params": target})

    few = torch.randn(1, place.stop - place.start, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.autograd.gradcheck(of, few.requires_grad_())


def test_unknown_words():
    with pytest.raises(ValueError, match=r"SceneChoices\.part: got 'all'"):
        SceneChoices("all")
    with pytest.raises(ValueError, match=r"SceneChoices\.name: got 'origin', expected 'color' or 'geometry'"):
        SceneChoices("layers", "origin")
