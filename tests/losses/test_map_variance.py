import math

import pytest
import torch

from stillhouse.losses import MapVariance, log_variance_hinge, map_variance

BY_HAND = torch.tensor([[1.0, 5.0], [5.0, 1.0]])


def random_maps(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_by_hand():
    assert map_variance(BY_HAND).item() == 4.0, "over the pixels, not over one less"
    variances = torch.tensor([math.exp(-1), 0.9, 1.0, 1.2, math.exp(2)])
    torch.testing.assert_close(log_variance_hinge(variances), torch.tensor([0.8, 0.0, 0.0, 0.0, 1.8]))


def test_the_forms_by_hand():
    maps = torch.stack([BY_HAND, torch.zeros(2, 2)])[None]
    assert MapVariance(form="raw")({"latent": maps}, {}).item() == pytest.approx((3 + 1) / 2)
    constant = math.log(1e8) - 0.2
    assert MapVariance()({"latent": maps}, {}).item() == pytest.approx((math.log(4) - 0.2 + constant) / 2)
    assert constant == pytest.approx(18.2, abs=0.05)


@pytest.mark.parametrize("form", ["raw", "log"])
def test_gradients_against_finite_differences(form):
    loss = MapVariance(form=form)
    maps = (2 * random_maps(2, 2, 4, 4)).requires_grad_()
    assert torch.autograd.gradcheck(lambda v: loss({"latent": v}, {}), maps)


def test_a_shift_changes_nothing_and_half_costs_as_much_as_twice():
    maps = random_maps(3, 2, 8, 8)
    maps = maps / maps.std((-2, -1), correction=0, keepdim=True)
    loss = MapVariance(margin=0.1)
    twice, half = loss({"latent": 2**0.5 * maps - 7}, {}), loss({"latent": 0.5**0.5 * maps}, {})
    torch.testing.assert_close(twice, torch.tensor(math.log(2) - 0.1, dtype=torch.float64))
    torch.testing.assert_close(half, twice)


def test_log_pulls_a_nearly_dead_map_where_raw_lets_go():
    pulls = {}
    for form in ("raw", "log"):
        maps = (1e-3 * random_maps(1, 1, 8, 8)).requires_grad_()
        MapVariance(form=form)({"latent": maps}, {}).backward()
        assert maps.grad is not None
        pulls[form] = maps.grad.norm().item()
    assert pulls["log"] > 1e5 * pulls["raw"]


def test_a_negative_margin_is_refused():
    with pytest.raises(ValueError, match=r"MapVariance.margin: expected a number of at least 0, got -0.1"):
        MapVariance(margin=-0.1)
