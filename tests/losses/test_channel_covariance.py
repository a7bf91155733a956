import pytest
import torch

from stillhouse.losses import ChannelCovariance, channel_correlation, off_diagonal_mean


def random_latent(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def by_hand():
    """Two channels that are equal in sample 0 and opposite in sample 1; sample 1 is three times as large."""
    one = torch.tensor([[1.0, -1.0], [1.0, -1.0]], dtype=torch.float64)
    return torch.stack([torch.stack([one, one]), torch.stack([3 * one, -3 * one])])


def value(latent, *args, **kwargs):
    return ChannelCovariance(*args, **kwargs)({"latent": latent}, {}).item()


def test_by_hand():
    assert channel_correlation(by_hand())[:, 0, 1].tolist() == pytest.approx([1.0, -1.0])
    assert channel_correlation(by_hand(), pooled=True)[0, 1].item() == pytest.approx((1 - 9) / 10)


def test_the_forms_by_hand():
    latent = by_hand()
    assert value(latent, form="raw") == pytest.approx(0.5)
    assert value(latent) == pytest.approx(1.0)
    assert value(latent, form="raw", pooled=True) == pytest.approx(0.8**2 / 2)
    assert value(latent, pooled=True) == pytest.approx(0.0, abs=1e-9), "standardized samples count alike: 1 - 1"


def test_equals_corrcoef():
    latent = random_latent(3, 4, 6, 5)
    for sample, correlation in zip(latent, channel_correlation(latent), strict=True):
        torch.testing.assert_close(correlation, torch.corrcoef(sample.flatten(1)), rtol=1e-6, atol=1e-7)
    pooled = torch.corrcoef(latent.transpose(0, 1).flatten(1))
    torch.testing.assert_close(channel_correlation(latent, True), pooled, rtol=1e-6, atol=1e-7)


def test_gradients_against_finite_differences():
    latent = random_latent(2, 3, 3, 3).requires_grad_()
    for pooled in (False, True):
        assert torch.autograd.gradcheck(lambda v, pooled=pooled: channel_correlation(v, pooled), latent)
    for form in ("raw", "scale_invariant"):
        loss = ChannelCovariance(form=form, pooled=True)
        assert torch.autograd.gradcheck(lambda v, loss=loss: loss({"latent": v}, {}), latent)


def test_each_channel_may_be_scaled_and_shifted():
    latent = random_latent(3, 4, 6, 6)
    changed = latent * torch.tensor([0.5, 2, -3, 10.0])[:, None, None] + 4
    for form in ("raw", "scale_invariant"):
        factor = value(changed[:, :2], form=form) / value(latent[:, :2], form=form)
        assert factor == pytest.approx(1.0, rel=1e-5)
    assert value(changed) == pytest.approx(value(latent), rel=1e-5)


def test_a_constant_channel_costs_raw_its_diagonal():
    latent = random_latent(2, 3, 8, 8)
    latent[:, 2] = 5.0
    assert channel_correlation(latent)[:, 2].abs().max() == 0
    rest = channel_correlation(latent)[:, 0, 1].square().mean().item()
    assert value(latent, form="raw") == pytest.approx((1 + 2 * rest) / 9, rel=1e-5)
    assert value(latent) == pytest.approx(2 * rest / 6, rel=1e-5)


def test_pooled_equals_per_sample_at_a_batch_of_one():
    latent = random_latent(1, 3, 6, 6)
    for form in ("raw", "scale_invariant"):
        assert value(latent, form=form, pooled=True) == pytest.approx(value(latent, form=form), rel=1e-6)


def test_off_diagonal_mean_by_hand():
    assert off_diagonal_mean(torch.tensor([[9.0, 1.0], [3.0, 9.0]])).item() == 2.0


def test_a_single_channel_has_nothing_to_decorrelate():
    latent = random_latent(2, 1, 4, 4).requires_grad_()
    loss = ChannelCovariance()({"latent": latent}, {})
    loss.backward()
    assert loss.item() == 0 == latent.grad.abs().max()  # type: ignore[union-attr]
