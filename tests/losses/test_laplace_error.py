"""Errors beside a scale of doubt."""

import math

import pytest
import torch

from stillhouse.losses.laplace_error import LEAST, LaplaceError, laplace_error


def tensors(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    predicted, scale, target = (torch.randn(3, 4, generator=generator, dtype=dtype) for _ in range(3))
    counts = torch.tensor([[1, 1, 0, 1], [0, 0, 0, 0], [1, 0, 1, 1]], dtype=dtype)
    return predicted, scale, target, counts


def test_a_value_by_hand():
    one = [torch.tensor([[value]]) for value in (0.3, math.log(0.2), 0.7, 1.0)]
    assert float(laplace_error(*one)) == pytest.approx((0.4 + LEAST) / 0.2 + math.log(0.2), abs=1e-5)
    assert float(laplace_error(*one, absolute=3.0)) == pytest.approx(
        (0.4 + LEAST) / 0.2 + math.log(0.2) + 1.2, abs=1e-5
    )


def test_the_best_scale_is_the_mean_absolute_error():
    errors = torch.tensor([[0.1, 0.2, 0.6]])
    scales = torch.linspace(-3, 0, 301)
    found = [float(laplace_error(0 * errors, scale.expand(1, 3), errors, torch.ones(1, 3))) for scale in scales]
    best = math.exp(scales[found.index(min(found))])
    assert best == pytest.approx(0.3, rel=0.02)


def test_numbers_that_do_not_exist_are_not_seen():
    predicted, scale, target, counts = tensors()
    expected = laplace_error(predicted, scale, target, counts)
    absent = 1 - counts
    assert torch.equal(laplace_error(predicted + 9 * absent, scale - absent, target, counts), expected)
    assert float(laplace_error(predicted, scale, target, 0 * counts)) == 0


def test_gradients():
    predicted, scale, target, counts = tensors()
    inputs = (predicted.requires_grad_(), scale.requires_grad_())
    assert torch.autograd.gradcheck(lambda a, b: laplace_error(a, b, target, counts, 2.0), inputs)


def test_the_loss_reads_its_names_and_shows_the_error():
    predicted, scale, target, counts = tensors(torch.bfloat16)
    loss = LaplaceError(absolute=1.0, predicted="change", target="wanted")
    found = loss({"change": predicted, "log_scale": scale}, {"wanted": target.float(), "counts": counts.float()})
    assert found.dtype == torch.float32 and found.isfinite()
    expected = ((target.float() - predicted.float()).abs() * counts.float()).sum() / counts.sum()
    assert float(loss.observed["mean_absolute"]) == pytest.approx(float(expected), rel=1e-4)


def test_a_negative_factor_is_refused():
    with pytest.raises(ValueError, match=r"LaplaceError\.absolute: got -1, expected a number of at least 0"):
        LaplaceError(absolute=-1)
