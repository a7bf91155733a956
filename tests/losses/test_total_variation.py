import numpy as np
import pytest
import torch
from latent_fields import power_law

from stillhouse.losses import TotalVariation, pixel_pairs, total_variation

BY_HAND = torch.tensor([[0.0, 1.0, 3.0], [4.0, 1.0, -1.0]])


def test_by_hand():
    assert total_variation(BY_HAND).item() == (1 + 2 + 3 + 2) + (4 + 0 + 4)
    assert pixel_pairs(2, 3) == 7
    assert pixel_pairs(32, 32) == 1984


@pytest.mark.parametrize(("slope", "expected"), [(0, 2239), (2, 1303)])
def test_unit_variance_fields(slope, expected):
    maps = torch.from_numpy(power_law(np.random.default_rng(0), 200, slope))
    assert total_variation(maps).mean().item() == pytest.approx(expected, rel=0.02)


def test_gradients_against_finite_differences():
    maps = torch.randn(2, 2, 4, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(total_variation, maps)
    assert torch.autograd.gradcheck(lambda v: TotalVariation()({"latent": v}, {}), maps)


def test_raw_is_linear_in_the_amplitude():
    outputs, shrunk = {"latent": BY_HAND[None, None]}, {"latent": 1e-3 * BY_HAND[None, None] + 2}
    loss = TotalVariation(form="raw")
    torch.testing.assert_close(loss(shrunk, {}), 1e-3 * loss(outputs, {}), rtol=1e-4, atol=0)


def test_the_forms_by_hand():
    maps = torch.stack([torch.tensor([[1.0, 3.0], [3.0, 1.0]]), torch.zeros(2, 2)])[None]
    assert TotalVariation(form="raw")({"latent": maps}, {}).item() == 4.0
    assert TotalVariation()({"latent": maps}, {}).item() == pytest.approx(1.0), "mean of 8 / 4 pairs and 0"
