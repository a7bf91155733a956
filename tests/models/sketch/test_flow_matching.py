"""The network: what it draws at random, what it learns from, and what it samples."""

import math

import pytest
import torch
from torch import nn

from stillhouse.engine.checking.declared import declared
from stillhouse.models.sketch import FlowMatching, Sampling
from stillhouse.registry import LOSSES, MODELS

DIT = dict(type="StrokeDiT", width=32, num_layers=2, num_heads=4, num_strokes=6)
CLASSES = dict(type="ClassCondition", num_classes=3)
TOKENS = dict(type="TokenCondition", channels=5, tokens=4)


@MODELS.register_module(force=True)
class GridEncoder(nn.Module):
    """An image encoder: the mean colour of each quarter, and two constants."""

    def tokens(self, images):
        quarters = nn.functional.adaptive_avg_pool2d(images, 2).flatten(2).transpose(1, 2)
        return torch.cat([quarters, quarters.new_ones(len(images), 4, 2)], 2)


def _network(**changes) -> FlowMatching:
    """A network with weights in every layer."""
    torch.manual_seed(0)
    network = MODELS.build({**dict(type="FlowMatching", backbone=DIT, condition=CLASSES), **changes})
    for parameter in network.parameters():
        if not parameter.any():
            nn.init.normal_(parameter, std=0.1)
    return network


def _batch(samples: int = 5) -> dict:
    generator = torch.Generator().manual_seed(1)
    return {
        "strokes": 0.4 * torch.randn(samples, 6, 4, 2, generator=generator),
        "label": torch.arange(samples) % 3,
        "index": torch.arange(samples) + 10,
        "features": torch.randn(samples, 4, 5, generator=generator),
        "image": torch.rand(samples, 3, 8, 8, generator=generator),
    }


# -- what is declared, and what prepare draws ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cfg", "inputs", "added"),
    [
        (dict(condition=CLASSES), ("strokes", "label"), ()),
        (dict(condition=TOKENS), ("strokes", "features"), ()),
        (dict(condition=dict(TOKENS, source="clip")), ("strokes", "clip"), ()),
        (dict(condition=dict(type="Unconditional")), ("strokes",), ()),
        (dict(condition=TOKENS, encoder=dict(type="GridEncoder")), ("strokes", "image"), ("features",)),
    ],
)
def test_names_are_declared_from_the_config(cfg: dict, inputs: tuple, added: tuple):
    prepares = ("t", "x0", "velocity_target", "dropped", *added)
    assert declared(FlowMatching, "inputs", cfg) == inputs and declared(FlowMatching, "prepares", cfg) == prepares
    network = _network(**cfg)
    assert (network.inputs, network.prepares) == (inputs, prepares)
    prepared = network.prepare({**_batch(), "clip": _batch()["features"]})
    assert set(prepares) <= set(prepared)
    assert set(network(prepared)) == set(declared(FlowMatching, "outputs", cfg) or ())


def test_prepare_draws_from_the_global_generator():
    network, batch = _network(p_uncond=0.5), _batch(64)
    torch.manual_seed(3)
    first, second = network.prepare(batch), network.prepare(batch)
    torch.manual_seed(3)
    again = network.prepare(batch)
    for name in ("t", "x0", "velocity_target", "dropped"):
        assert torch.equal(first[name], again[name]) and not torch.equal(first[name], second[name])
    assert set(batch) == {"strokes", "label", "index", "features", "image"}


def test_prepare_keeps_what_is_given():
    network, batch = _network(), _batch()
    given = {"t": torch.full((5,), 0.3), "x0": torch.ones(5, 6, 4, 2), "dropped": torch.ones(5, dtype=torch.bool)}
    for mode in (True, False):
        prepared = network.train(mode).prepare({**batch, **given})
        assert all(prepared[name] is given[name] for name in given)
        assert torch.equal(prepared["velocity_target"], batch["strokes"] - 1)


def test_dropped_share_in_training_and_none_in_evaluation():
    network, batch = _network(p_uncond=0.1), _batch(5000)
    torch.manual_seed(0)
    assert network.prepare(batch)["dropped"].float().mean() == pytest.approx(0.1, abs=0.015)
    assert not network.eval().prepare(batch)["dropped"].any()


def test_time_sampling_is_the_one_asked_for():
    torch.manual_seed(0)
    batch = _batch(4000)
    spread = {kind: _network(time_sampling=kind).prepare(batch)["t"].std() for kind in ("uniform", "logit_normal")}
    assert spread["uniform"] == pytest.approx(math.sqrt(1 / 12), abs=0.01) and spread["logit_normal"] < 0.23


def test_images_without_strokes_get_their_tokens_alone():
    network = _network(condition=TOKENS, encoder=dict(type="GridEncoder"))
    image = _batch()["image"]
    prepared = network.prepare({"image": image, "index": torch.arange(5)})
    assert set(prepared) == {"image", "index", "features"}
    torch.testing.assert_close(prepared["features"][:, 0, :3], image[:, :, :4, :4].mean((2, 3)))


# -- the outputs ---------------------------------------------------------------------------------------------------------


class Constant(nn.Module):
    """A backbone that gives a stored velocity and keeps what it saw."""

    num_strokes, width = 6, 32

    def __init__(self, velocity) -> None:
        super().__init__()
        self.answer, self.weight = velocity.flatten(2), nn.Parameter(torch.zeros(1))

    def forward(self, strokes, t, tokens):
        self.seen = strokes.unflatten(-1, (4, 2))
        return self.answer + 0 * self.weight


@pytest.mark.parametrize("data_scale", [1.0, 2.5])
def test_the_target_velocity_gives_the_strokes_and_no_loss(data_scale: float):
    network = _network(data_scale=data_scale)
    prepared = network.prepare(_batch())
    network.backbone = Constant(prepared["velocity_target"])
    outputs = network(prepared)
    torch.testing.assert_close(outputs["strokes_estimate"], prepared["strokes"], atol=1e-6, rtol=1e-6)
    loss = LOSSES.build(dict(type="MeanSquaredError", output="velocity", target="velocity_target"))
    assert loss(outputs, prepared) == 0


def test_hand_value():
    strokes, x0 = torch.full((1, 6, 4, 2), 0.5), torch.full((1, 6, 4, 2), -1.0)
    network = _network(data_scale=2.0, sampling=dict(sampler="euler", steps=1))
    network.backbone = Constant(torch.full((1, 6, 4, 2), 3.0))
    given = {"strokes": strokes, "label": torch.tensor([1]), "t": torch.tensor([0.25]), "x0": x0}
    prepared = network.prepare(given)
    outputs = network(prepared)
    # x1 = 1, x_t = .75 (-1) + .25 (1) = -.5, the target 1 - (-1) = 2, the estimate (-.5 + .75 * 3) / 2 = .875
    assert (network.backbone.seen == -0.5).all() and (prepared["velocity_target"] == 2).all()
    assert (outputs["velocity"] == 3).all() and (outputs["strokes_estimate"] == 0.875).all()
    assert (network.transport(x0, given) == 1).all()


def test_dropped_conditions_change_the_velocity():
    network, batch = _network(), _batch()
    prepared = network.prepare(batch)
    kept = network({**prepared, "dropped": torch.zeros(5, dtype=torch.bool)})["velocity"]
    dropped = network({**prepared, "dropped": torch.ones(5, dtype=torch.bool)})["velocity"]
    assert (kept - dropped).abs().flatten(1).mean(1).min() > 1e-3
    others = network({**prepared, "dropped": torch.ones(5, dtype=torch.bool), "label": (batch["label"] + 1) % 3})
    assert torch.equal(others["velocity"], dropped)


def test_gradients_reach_all_parameters():
    network = _network(condition=TOKENS, p_uncond=0.5)
    outputs = network(network.prepare(_batch()))
    (outputs["velocity"].square().mean() + outputs["strokes_estimate"].square().mean()).backward()
    assert not {name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()}


def test_bfloat16_outputs_are_float32_and_close():
    network = _network().eval()
    prepared = network.prepare(_batch())
    exact = network(prepared)
    with torch.autocast("cpu", torch.bfloat16):
        half = network(prepared)
        drawn = network.predict(_batch())["generated"]
    for name in network.outputs:
        assert half[name].dtype == torch.float32
        assert (half[name] - exact[name]).abs().mean() < 0.05 * exact[name].abs().mean()
    assert drawn.dtype == torch.float32


@pytest.mark.parametrize("backbone", [DIT, dict(DIT, type="StrokeDecoder")])
def test_forward_is_one_graph(backbone: dict):
    network = _network(backbone=backbone)
    prepared = network.prepare(_batch())
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(prepared)["velocity"], network(prepared)["velocity"])


# -- sampling ------------------------------------------------------------------------------------------------------------


def test_predictions_do_not_depend_on_the_batch_nor_on_the_global_generator():
    network, batch = _network(sampling=dict(steps=2, cfg_scale=2.0)).eval(), _batch()
    torch.manual_seed(1)
    together = network.predict(network.prepare(batch))["generated"]
    assert together.shape == (5, 6, 4, 2)
    torch.manual_seed(2)
    for rows in ([3], [4, 0, 2]):
        part = {key: value[rows] for key, value in batch.items()}
        alone = network.predict(network.prepare(part))["generated"]
        torch.testing.assert_close(alone, together[rows], atol=1e-5, rtol=1e-4)


def test_predictions_belong_to_the_seed_and_the_index():
    batch = _batch()
    first, again, other = (_network(sample_seed=seed).eval().predict(batch)["generated"] for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)
    elsewhere = _network().eval().predict({**batch, "index": batch["index"] + 1})["generated"]
    assert not torch.equal(first, elsewhere)


def test_prediction_needs_an_index():
    with pytest.raises(KeyError, match="no 'index'"):
        _network().predict({"label": torch.zeros(2, dtype=torch.int64)})


def test_samples_are_those_of_the_generator():
    network, batch = _network(), _batch()
    first, again = (network.sample(5, batch, generator=torch.Generator().manual_seed(7)) for _ in range(2))
    noise = torch.randn(5, 6, 4, 2, generator=torch.Generator().manual_seed(7))
    assert torch.equal(first, again) and torch.equal(first, network.sample(noise, batch))
    assert not torch.equal(first, network.sample(5, batch, generator=torch.Generator().manual_seed(8)))
    assert not first.requires_grad


def test_settings_of_a_call_take_the_place_of_the_configs():
    network, batch, noise = _network(sampling=dict(steps=3, cfg_scale=2.0)), _batch(), torch.randn(5, 6, 4, 2)
    plain = network.sample(noise, batch)
    with torch.no_grad():
        assert torch.equal(plain, network.transport(noise, batch, Sampling("heun", 3, 2.0)))
        euler = network.transport(noise, batch, Sampling("euler", 7, 0.5))
    assert torch.equal(network.sample(noise, batch, steps=7, sampler="euler", cfg_scale=0.5), euler)
    assert not torch.equal(plain, euler)
    with pytest.raises(ValueError, match=r"sampling\.sampler: got 'rk4'"):
        network.sample(noise, batch, sampler="rk4")


def test_guidance_zero_is_the_path_without_condition():
    network, batch, noise = _network(), _batch(), torch.randn(5, 6, 4, 2)
    without = network.sample(noise)
    torch.testing.assert_close(network.sample(noise, batch, cfg_scale=0.0), without)
    for scale in (1.0, 3.0):
        assert (network.sample(noise, batch, cfg_scale=scale) - without).abs().mean() > 1e-3


def test_guidance_is_cheap_where_there_is_no_condition():
    network, noise = _network(condition=dict(type="Unconditional")), torch.randn(5, 6, 4, 2)
    seen = []
    network.backbone.register_forward_hook(lambda module, inputs, output: seen.append(len(output)))
    guided = network.sample(noise, _batch(), steps=1, cfg_scale=3.0)
    assert seen == [5] and torch.equal(guided, network.sample(noise, steps=1))


def test_images_and_their_tokens_draw_the_same():
    network = _network(condition=TOKENS, encoder=dict(type="GridEncoder"))
    image, noise = _batch()["image"], torch.randn(5, 6, 4, 2)
    drawn = network.sample(noise, {"image": image})
    assert torch.equal(drawn, network.sample(noise, {"features": network.image_tokens(image)}))
    assert not torch.equal(drawn, network.sample(noise, {"image": image.flip(0)}))


def test_gradients_pass_through_a_whole_path_to_the_image():
    network = _network(condition=TOKENS, encoder=dict(type="GridEncoder"))
    image, noise = _batch()["image"].requires_grad_(), torch.randn(5, 6, 4, 2, requires_grad=True)
    drawn = network.transport(noise, {"features": network.image_tokens(image)}, Sampling(steps=2, cfg_scale=2.0))
    drawn.square().sum().backward()
    assert image.grad.abs().flatten(1).sum(1).min() > 0 and noise.grad.abs().flatten(1).sum(1).min() > 0
    assert not network.transport(noise.detach(), {"image": image.detach()}).isnan().any()


def test_the_picture_holds_what_was_generated():
    network = _network().eval()
    pictures = network.draw(network.predict(_batch()), _batch())
    assert pictures["sketches"].ndim == 3 and pictures["sketches"].min() < 100


# -- what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(p_uncond=1.5), r"p_uncond: got 1.5, expected a share in \[0, 1\]"),
        (dict(data_scale=0.0), "data_scale: got 0.0, expected a factor above 0"),
        (dict(sample_seed=-1), "sample_seed: got -1"),
        (dict(condition=dict(CLASSES, width=16)), "condition.width: got 16, expected the backbone's 32"),
        (dict(encoder=dict(type="GridEncoder")), "encoder: got one beside condition 'ClassCondition'"),
        (dict(sampling=dict(steps=0)), "sampling.steps: got 0"),
    ],
)
def test_configs_that_cannot_work(changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        _network(**changes)


def test_batches_that_cannot_be_used():
    network, batch = _network(), _batch()
    with pytest.raises(
        ValueError, match=r"strokes: got shape \(5, 7, 4, 2\), expected \(B, 6, 4, 2\); set the backbone"
    ):
        network.prepare({**batch, "strokes": torch.zeros(5, 7, 4, 2)})
    with pytest.raises(ValueError, match=r"label\[2\]: got 3, expected a class from 0 to 2"):
        network.prepare({**batch, "label": torch.tensor([0, 1, 3, 0, 0])})
    with pytest.raises(ValueError, match="expected a class from 0 to 2"):
        network.sample(1, {"label": torch.tensor([9])})
    with pytest.raises(ValueError, match="label: got 1 for 4 sketches, expected one for each"):
        network.sample(4, {"label": torch.tensor([1])})
    with pytest.raises(ValueError, match=r"x0: got shape \(2, 8\)"):
        network.sample(torch.zeros(2, 8))
