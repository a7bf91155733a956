"""The cross-entropy of a scene's booleans."""

import math

import pytest
import torch
from scene_toys import scenes, vectors

from stillhouse.datasets.scene.encoding import encode, field
from stillhouse.losses import SceneFlags, flag_errors


@pytest.mark.parametrize("kind", ["scene", "presence", "set"])
def test_a_logit_of_zero_costs_ln_2_and_the_right_one_nothing(kind):
    target = vectors(6)
    assert SceneFlags(kind)({"logits": torch.zeros_like(target)}, {"params": target}).item() == pytest.approx(
        math.log(2)
    )
    assert SceneFlags(kind)({"logits": 60 * target - 30}, {"params": target}).item() < 1e-6


def test_a_wrong_boolean_costs_by_hand():
    target = encode([{**scenes(1)[0], "noiseEnabled": True}])
    logits = 60 * target - 30
    logits[:, field("noiseEnabled").slice] = -3.0
    errors, counts = flag_errors(logits, target)
    assert errors.sum().item() == pytest.approx(3 + math.log1p(math.exp(-3)), rel=1e-5)
    assert counts.min() == 1


def test_overrides_of_absent_layers_do_not_count():
    target = encode([{**scenes(1)[0], "layers": []}])
    assert SceneFlags("set")({"logits": torch.zeros_like(target)}, {"params": target}) == 0


def test_gradient_against_finite_differences():
    target = vectors(1).double()
    loss = SceneFlags("presence")
    logits = torch.randn(target.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: loss({"logits": x}, {"params": target}), logits.requires_grad_())


def test_an_unknown_kind():
    with pytest.raises(ValueError, match=r"SceneFlags\.kind: got 'layers', expected 'scene' or 'presence' or 'set'"):
        SceneFlags("layers")
