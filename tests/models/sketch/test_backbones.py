"""The two transformers over strokes."""

import pytest
import torch

from stillhouse.registry import MODELS

SMALL = [
    dict(type="StrokeDecoder", width=32, num_layers=2, num_heads=4),
    dict(type="StrokeDiT", width=32, num_layers=2, num_heads=4),
    dict(type="StrokeDiT", width=32, num_layers=2, num_heads=4, qk_norm=True),
]
FULL = ["StrokeDecoder", "StrokeDiT"]


def _inputs(samples: int = 3, strokes: int = 32):
    generator = torch.Generator().manual_seed(0)
    x, tokens = (torch.randn(samples, *shape, generator=generator) for shape in ((strokes, 8), (5, 32)))
    return x, torch.rand(samples, generator=generator), tokens


def _awake(cfg: dict):
    """A backbone whose zero-initialised layers have weights."""
    torch.manual_seed(0)
    backbone = MODELS.build(cfg)
    for parameter in backbone.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return backbone


@pytest.mark.parametrize(
    "condition", [dict(type="ClassCondition", num_classes=15), dict(type="TokenCondition"), dict(type="Unconditional")]
)
@pytest.mark.parametrize(("backbone", "least", "most"), [("StrokeDecoder", 8.5, 9.2), ("StrokeDiT", 9.8, 10.2)])
def test_size_of_the_full_forms(backbone: str, least: float, most: float, condition: dict):
    with torch.device("meta"):
        network = MODELS.build(dict(type="FlowMatching", backbone=dict(type=backbone), condition=condition))
    assert least < sum(parameter.numel() for parameter in network.parameters()) / 1e6 < most


@pytest.mark.parametrize("cfg", SMALL)
def test_begins_without_motion(cfg: dict):
    found = MODELS.build(cfg)(*_inputs())
    assert found.shape == (3, 32, 8) and not found.any()


@pytest.mark.parametrize("cfg", SMALL)
def test_gradients_reach_every_parameter_and_every_input(cfg: dict):
    backbone, inputs = _awake(cfg), [value.requires_grad_() for value in _inputs()]
    backbone(*inputs).square().sum().backward()
    without = {name for name, p in backbone.named_parameters() if p.grad is None or not p.grad.isfinite().all()}
    assert not without
    assert all(value.grad.abs().flatten(1).sum(1).min() > 0 for value in (inputs[0], inputs[2]))


@pytest.mark.parametrize("cfg", SMALL)
def test_everything_matters(cfg: dict):
    backbone, (x, t, tokens) = _awake(cfg), _inputs()
    plain = backbone(x, t, tokens)
    others = [
        backbone(x.flip(1), t, tokens).flip(1),  # the order of strokes carries meaning
        backbone(x, (t + 0.3) % 1, tokens),
        backbone(x, t, tokens + 1),
    ]
    assert all((other - plain).abs().mean() > 1e-3 for other in others)


def test_where_a_token_says_something_matters_to_the_cross_attention():
    """Tokens of one mean and different content: a mean pool could not tell them apart."""
    backbone, (x, t, tokens) = _awake(SMALL[1]), _inputs()
    opposite = 2 * tokens.mean(1, keepdim=True) - tokens
    assert (backbone(x, t, opposite) - backbone(x, t, tokens)).abs().mean() > 1e-3


@pytest.mark.parametrize("cfg", SMALL)
def test_samples_do_not_see_each_other(cfg: dict):
    backbone, inputs = _awake(cfg).eval(), _inputs(6)
    together = backbone(*inputs)
    order = torch.tensor([4, 0, 2])
    torch.testing.assert_close(backbone(*(value[order] for value in inputs)), together[order], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("cfg", SMALL)
def test_bfloat16_stays_close(cfg: dict):
    backbone, inputs = _awake(cfg), _inputs()
    exact = backbone(*inputs)
    with torch.autocast("cpu", torch.bfloat16):
        half = backbone(*inputs)
    assert half.dtype == torch.bfloat16
    assert (half - exact).abs().mean() < 0.05 * exact.abs().mean()


def test_layers_of_the_decoder_begin_different():
    layers = _awake(SMALL[0]).blocks.layers
    assert not torch.equal(layers[0].linear1.weight, layers[1].linear1.weight)


@pytest.mark.parametrize("backbone", FULL)
def test_heads_that_do_not_fit_are_refused(backbone: str):
    with pytest.raises(ValueError, match=f"{backbone}.num_heads: got 5, expected a number that goes into the width 32"):
        MODELS.build(dict(type=backbone, width=32, num_heads=5))


@pytest.mark.parametrize("cfg", SMALL)
def test_strokes_of_one_shape_are_told_apart_from_the_beginning(cfg: dict):
    """Places in the order weigh as much as what is there, or learning waits for them to grow."""
    backbone = MODELS.build(cfg)
    content = backbone.strokes(torch.randn(100, 8)).std(0).mean()
    assert backbone.position.std(0).mean() > 0.5 * content
