"""Random changes of sketches stay within their bounds."""

import torch

from stillhouse.models.sketch.jitter import jitter

NONE = dict(rotation=0.0, scale=0.0, shift=0.0, shear=0.0, noise=0.0)


def strokes(count: int = 200) -> torch.Tensor:
    return torch.rand(count, 6, 4, 2) - 0.5


def test_nothing_asked_changes_nothing_and_the_global_generator_rules():
    sketches = strokes()
    torch.testing.assert_close(jitter(sketches, **NONE), sketches)
    torch.manual_seed(3)
    first = jitter(sketches)
    torch.manual_seed(3)
    assert torch.equal(first, jitter(sketches)) and not torch.equal(first, jitter(sketches))


def test_a_shift_moves_whole_sketches_within_its_bound():
    sketches = strokes()
    moved = (jitter(sketches, **{**NONE, "shift": 0.1}) - sketches).flatten(1, 2)
    torch.testing.assert_close(moved, moved[:, :1].expand_as(moved))
    assert 0.09 < moved.abs().max() <= 0.1 + 1e-6


def test_a_rotation_keeps_lengths_and_turns_up_to_its_bound():
    sketches = strokes()
    turned = jitter(sketches, **{**NONE, "rotation": 90.0})
    before, after = (one - one.mean((1, 2), keepdim=True) for one in (sketches, turned))
    torch.testing.assert_close(after.norm(dim=-1), before.norm(dim=-1))
    cosine = (before * after).sum(-1)[:, 0, 0] / before.norm(dim=-1)[:, 0, 0].square()
    assert cosine.min() < 0.1 and cosine.min() > -1e-4 and cosine.max() > 0.99


def test_scale_and_noise():
    sketches = strokes()
    scaled = jitter(sketches, **{**NONE, "scale": 0.2}) - sketches.mean((1, 2), keepdim=True)
    ratio = scaled / (sketches - sketches.mean((1, 2), keepdim=True))
    assert 0.8 - 1e-3 <= float(ratio.min()) < 0.85 and 1.15 < float(ratio.max()) <= 1.2 + 1e-3
    # A uniform level between 0 and .03 gives a mean square of .03^2 / 3.
    noise = jitter(strokes(2000) * 0, **{**NONE, "noise": 0.03})
    assert abs(float(noise.square().mean().sqrt()) - 0.03 / 3**0.5) < 5e-4
