"""A flow that draws in training."""

import pytest
import torch
from torch import nn

from stillhouse.models.sketch import FlowMatching, FlowRollout
from stillhouse.registry import MODELS


@MODELS.register_module()
class GreyTokens(nn.Module):
    """An encoder whose four tokens are the means of a picture's quarters."""

    def tokens(self, images):
        return nn.functional.adaptive_avg_pool2d(images, 2).flatten(2).mT


NETWORK = dict(
    backbone=dict(type="StrokeDiT", width=32, num_layers=1, num_heads=2, ffn_width=32, num_strokes=6),
    condition=dict(type="TokenCondition", channels=3, tokens=4),
    encoder=dict(type="GreyTokens"),
    data_scale=2.0,
)


def network(kind=FlowRollout, **changes):
    torch.manual_seed(0)
    made = kind(**{**NETWORK, **changes})
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.2)
    return made


def batch(images: int = 2, pairs: int = 3) -> dict:
    generator = torch.Generator().manual_seed(1)
    return {
        "image": torch.rand(images, 3, 8, 8, generator=generator),
        "index": torch.arange(images),
        "strokes": torch.rand(pairs, 6, 4, 2, generator=generator) * 2 - 1,
        "replay_image": torch.rand(pairs, 3, 8, 8, generator=generator),
    }


def test_it_draws_the_images_and_goes_on_learning_from_the_pairs():
    made, given = network(p_uncond=0.0).train(), batch()
    prepared = made.prepare(given)
    assert torch.equal(prepared["image"], given["image"])
    assert set(prepared) - set(given) == set(FlowRollout.declared_prepares(NETWORK))
    assert set(FlowRollout.declared_inputs(NETWORK)) == {"image", "strokes", "replay_image"}
    outputs = made(prepared)
    assert tuple(outputs) == FlowRollout.outputs
    assert outputs["strokes"].shape == (2, 6, 4, 2) and outputs["velocity"].shape == (3, 6, 4, 2)
    flow = network(FlowMatching, p_uncond=0.0)
    flow.load_state_dict(made.state_dict())
    drawn = {name: prepared[name] for name in ("t", "x0", "dropped")}
    pairs = flow.prepare({"strokes": given["strokes"], "image": given["replay_image"], **drawn})
    torch.testing.assert_close(flow(pairs)["velocity"], outputs["velocity"])
    sampled = flow.sample(prepared["rollout_noise"], {"image": given["image"]}, steps=4, sampler="heun")
    torch.testing.assert_close(sampled, outputs["strokes"])


def test_what_the_batch_already_holds_is_kept():
    made, given = network(), batch()
    noise = torch.randn(2, 6, 4, 2)
    assert torch.equal(made.prepare({**given, "rollout_noise": noise})["rollout_noise"], noise)


def test_a_plain_batch_is_one_of_the_flow():
    made = network().eval()
    given = {"strokes": batch()["strokes"], "image": batch()["replay_image"], "index": torch.arange(3)}
    prepared = made.prepare(given)
    assert "rollout_noise" not in prepared and tuple(made(prepared)) == FlowMatching.outputs
    assert made.predict(prepared)["generated"].shape == (3, 6, 4, 2)


def gradients(**changes) -> list[torch.Tensor]:
    made, given = network(**changes), batch()
    torch.manual_seed(3)
    prepared = made.prepare(given)
    made(prepared)["strokes"].square().sum().backward()
    return [torch.zeros_like(p) if p.grad is None else p.grad for p in made.parameters()]


def test_computing_velocities_again_changes_no_gradient():
    kept, again = gradients(), gradients(checkpoint_steps=True)
    assert max(float(one.abs().max()) for one in kept) > 0
    for one, other in zip(kept, again):
        torch.testing.assert_close(one, other)


def test_gradients_of_the_last_steps_alone():
    whole, last = gradients(rollout=dict(steps=3)), gradients(rollout=dict(steps=3), gradient_steps=1)
    assert any(not torch.allclose(one, other) for one, other in zip(whole, last))
    assert max(float(one.abs().max()) for one in last) > 0
    torch.manual_seed(3)
    one, other = (network(rollout=dict(steps=3), gradient_steps=steps) for steps in (None, 1))
    prepared = one.prepare(batch())
    torch.testing.assert_close(one(prepared)["strokes"], other(prepared)["strokes"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(encoder=None), "FlowRollout.encoder: got None, expected the frozen encoder"),
        (dict(gradient_steps=5), "gradient_steps: got 5, expected 1 to 4, the rollout's steps"),
        (dict(gradient_steps=0), "gradient_steps: got 0"),
        (dict(rollout=dict(steps=0)), "sampling.steps: got 0"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)
