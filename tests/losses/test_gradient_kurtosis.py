import numpy as np
import pytest
import torch
from latent_fields import dead_leaves

from stillhouse.losses import GradientKurtosis, gradient_kurtosis, kurtosis_penalty

STEP = torch.tensor([[0.0, 0.0, 1.0, 1.0]] * 2)


def random_maps(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_by_hand():
    # Of the ten differences two are 1 and eight are 0: mean .2, m2 = .16, m4 = (2 * .8^4 + 8 * .2^4) / 10 = .0832.
    assert gradient_kurtosis(STEP).item() == pytest.approx(0.0832 / 0.16**2, rel=1e-5)


def test_pearson_not_excess():
    assert gradient_kurtosis(random_maps(300, 32, 32)).mean().item() == pytest.approx(3.0, abs=0.05)


def test_pooled_differences_against_numpy():
    maps = random_maps(3, 5, 7) ** 3
    for one, kurtosis in zip(maps.numpy(), gradient_kurtosis(maps), strict=True):
        differences = np.concatenate([np.diff(one, axis=0).ravel(), np.diff(one, axis=1).ravel()])
        centred = differences - differences.mean()
        assert kurtosis.item() == pytest.approx((centred**4).mean() / (centred**2).mean() ** 2, rel=1e-6)


def test_edges_have_more_than_noise():
    leaves = torch.from_numpy(dead_leaves(np.random.default_rng(0), 20))
    assert gradient_kurtosis(leaves).mean() > 4 > gradient_kurtosis(random_maps(20, 32, 32)).mean()


def test_gradients_against_finite_differences():
    maps = random_maps(2, 2, 4, 4).requires_grad_()
    assert torch.autograd.gradcheck(gradient_kurtosis, maps)
    assert torch.autograd.gradcheck(lambda v: GradientKurtosis(low=10.0)({"latent": v}, {}), maps)


def test_scale_and_shift_change_nothing():
    maps = random_maps(3, 8, 8)
    torch.testing.assert_close(gradient_kurtosis(-20 * maps + 5), gradient_kurtosis(maps), rtol=1e-6, atol=0)


def test_a_constant_map_has_zero():
    assert gradient_kurtosis(torch.full((8, 8), 5.3)).item() == 0


def test_penalty_by_hand():
    torch.testing.assert_close(
        kurtosis_penalty(torch.tensor([1.0, 3.0, 20.0, 40.0])), torch.tensor([2.0, 0.0, 0.0, 2.0])
    )


def test_the_module_is_the_mean_over_maps():
    maps = torch.stack([STEP, torch.zeros(2, 4)])[None]
    for form in ("raw", "scale_invariant"):
        loss = GradientKurtosis(form=form, low=2.0, high=3.0)
        assert loss({"latent": maps}, {}).item() == pytest.approx((0.1 * 0.25 + 2.0) / 2, rel=1e-5)


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match=r"expected low <= high, got 30, 20"):
        GradientKurtosis(low=30)
