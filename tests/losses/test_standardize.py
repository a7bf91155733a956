"""Standardized maps, and what every loss on maps promises."""

import re
from functools import partial

import pytest
import torch

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.losses import (
    ChannelCovariance,
    GradientKurtosis,
    MapLoss,
    MapVariance,
    SentenceSeparation,
    SpectralSlope,
    TotalVariation,
    WaveletMagnitude,
    channel_correlation,
    gradient_kurtosis,
    haar,
    map_variance,
    radial_power,
    sentence_correlation,
    spectral_slope,
    standardize,
    total_variation,
)
from stillhouse.losses.spectral_slope import _slope_weights, bin_matrix
from stillhouse.losses.wavelet import _filters

INVARIANT = {
    "slope": SpectralSlope(bins=4),
    "variation": TotalVariation(),
    "wavelet": WaveletMagnitude(),
    "kurtosis": GradientKurtosis(low=6.0),
    "covariance": ChannelCovariance(),
    "pooled": ChannelCovariance(pooled=True),
    "separation": SentenceSeparation(margin=-0.1, pair_weight=2.0, pair_margin=-0.3),
}
SCALED = {
    "raw slope": SpectralSlope(form="raw", bins=4),
    "raw variation": TotalVariation(form="raw"),
    "raw wavelet": WaveletMagnitude(form="raw"),
    "raw kurtosis": GradientKurtosis(form="raw", low=6.0),
    "raw covariance": ChannelCovariance(form="raw"),
    "raw pooled": ChannelCovariance(form="raw", pooled=True),
    "raw variance": MapVariance(form="raw"),
    "log variance": MapVariance(margin=0.0),
}
EVERY = INVARIANT | SCALED
WITH_FORM = [SpectralSlope, TotalVariation, WaveletMagnitude, GradientKurtosis, ChannelCovariance, MapVariance]
STATISTICS = [
    standardize, channel_correlation, gradient_kurtosis, haar, map_variance, sentence_correlation, total_variation,
    partial(radial_power, bins=4), partial(spectral_slope, bins=4),
]  # fmt: skip
every_loss = pytest.mark.parametrize("loss", EVERY.values(), ids=EVERY)


def latent(batch=4, dtype=torch.float64):
    return torch.randn(batch, 3, 8, 8, generator=torch.Generator().manual_seed(0), dtype=dtype) + 0.3


def value(loss, maps):
    return loss({"latent": maps}, {})


def test_by_hand():
    torch.testing.assert_close(standardize(torch.tensor([[1.0, 3.0], [3.0, 1.0]])), torch.tensor([[-1.0, 1], [1, -1]]))
    torch.testing.assert_close(standardize(torch.tensor([[1.0, 3], [5, 9]]), 1), torch.tensor([[-1.0, 1], [-1, 1]]))


def test_every_map_gets_mean_zero_and_variance_one():
    unit = standardize(1e-2 * latent() - 7)
    torch.testing.assert_close(unit.mean((-2, -1)), torch.zeros(4, 3, dtype=torch.float64))
    torch.testing.assert_close(
        unit.var((-2, -1), correction=0), torch.ones(4, 3, dtype=torch.float64), atol=1e-3, rtol=0
    )


def test_gradient_against_finite_differences():
    assert torch.autograd.gradcheck(standardize, latent(1)[:, :, :3, :3].clone().requires_grad_())


@pytest.mark.parametrize("level", [0.0, 5.3])
def test_a_constant_map_gives_zero_and_a_bounded_gradient(level):
    maps = torch.full((1, 1, 8, 8), level, requires_grad=True)
    unit = standardize(maps)
    assert unit.abs().max() == 0
    unit[0, 0, 0, 0].backward()
    assert maps.grad is not None
    assert 0 < maps.grad.abs().max() <= 1e4 * (1 + 1e-5)


@pytest.mark.parametrize("loss", INVARIANT.values(), ids=INVARIANT)
@pytest.mark.parametrize(("scale", "shift"), [(0.5, 0.0), (30.0, -4.0), (1.0, 9.0)])
def test_scale_and_shift_change_nothing(loss, scale, shift):
    base = value(loss, latent())
    assert base > 1e-3
    torch.testing.assert_close(value(loss, scale * latent() + shift), base, rtol=1e-6, atol=0)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_statistics_of_half_precision_are_computed_in_float32(statistic, dtype):
    half = latent().to(dtype)
    assert statistic(half).dtype == torch.float32
    assert torch.equal(statistic(half), statistic(half.float()))


@every_loss
def test_losses_of_half_precision_are_computed_in_float32(loss):
    half = latent().bfloat16()
    assert value(loss, half).dtype == torch.float32
    assert torch.equal(value(loss, half), value(loss, half.float()))


@every_loss
def test_autocast_changes_nothing(loss):
    maps = latent(dtype=torch.float32).requires_grad_()
    exact = value(loss, maps)
    (gradient,) = torch.autograd.grad(exact, maps)
    with torch.autocast("cpu", torch.bfloat16):
        cast = value(loss, maps)
    assert torch.equal(cast, exact)
    assert torch.equal(torch.autograd.grad(cast, maps)[0], gradient)


@every_loss
@pytest.mark.parametrize("level", [0.0, 5.3])
@pytest.mark.parametrize("amplitude", [0.0, 1e-12])
def test_a_dead_latent_has_a_finite_gradient(loss, level, amplitude):
    maps = (level + amplitude * latent(dtype=torch.float32)).requires_grad_()
    value(loss, maps).backward()
    assert maps.grad is not None
    assert maps.grad.isfinite().all()


@every_loss
def test_nan_stays_nan(loss):
    maps = latent()
    maps[0, 0, 0, 0] = torch.nan
    assert value(loss, maps).isnan()


@every_loss
def test_inference_first_does_not_spoil_training(loss):
    for cached in (bin_matrix, _slope_weights, _filters):
        cached.cache_clear()
    maps = latent(2)
    with torch.inference_mode():
        before = value(loss, maps)
    after = value(loss, maps.requires_grad_())
    after.backward()
    assert torch.equal(before, after)


@every_loss
def test_every_loss_trains_each_map(loss):
    maps = latent().requires_grad_()
    value(loss, maps).backward()
    assert maps.grad is not None
    assert (maps.grad.abs().amax((-2, -1)) > 0).float().mean() > 0.5


@every_loss
@pytest.mark.parametrize("shape", [(2, 3, 64), (2, 3, 1, 8)])
def test_a_shape_that_is_no_map_is_refused(loss, shape):
    name = type(loss).__name__
    with pytest.raises(ValueError, match=rf"{name}.output: expected maps of shape \(B, C, H, W\), of at least 2 x 2 "):
        value(loss, torch.zeros(shape))


@pytest.mark.parametrize("kind", WITH_FORM)
def test_an_unknown_form_is_refused(kind):
    with pytest.raises(ValueError, match=rf"{kind.__name__}.form: expected one of 'raw', '\w+', got 'cooked'"):
        kind(form="cooked")


def test_the_config_check_refuses_a_form_before_anything_is_built(config):
    losses = {kind.__name__: dict(type=kind.__name__, form="cooked") for kind in WITH_FORM}
    model = dict(type="Learner", network=dict(type="LatentGPT"), losses=losses)
    problems = "\n".join(check(load_config(config("forms", model=model))))
    for name in losses:
        assert re.search(rf"model.losses.{name}.form: {name} .* got 'cooked' \(str\), expected one of 'raw'", problems)


def test_the_base_names_the_class_that_lacks_a_penalty():
    class Empty(MapLoss):
        pass

    with pytest.raises(TypeError, match="Empty does not define penalty"):
        value(Empty(), latent())
