import pytest
import torch

from stillhouse.losses import SentenceSeparation, pair_penalty, sentence_correlation, separation_penalty

ONE = torch.tensor([[1.0, -1.0], [1.0, -1.0]], dtype=torch.float64)
OTHER = torch.tensor([[1.0, 1.0], [-1.0, -1.0]], dtype=torch.float64)


def random_latent(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def by_hand():
    """Four samples of one channel: A, 2A + 3, -A, and B, which is orthogonal to A."""
    return torch.stack([ONE, 2 * ONE + 3, -ONE, OTHER])[:, None]


def value(latent, **arguments):
    return SentenceSeparation(**arguments)({"latent": latent}, {})


def test_by_hand():
    expected = torch.tensor([[1, 1, -1, 0], [1, 1, -1, 0], [-1, -1, 1, 0], [0, 0, 0, 1]], dtype=torch.float64)
    torch.testing.assert_close(sentence_correlation(by_hand())[0], expected, rtol=0, atol=1e-6)
    assert separation_penalty(expected[None]).item() == pytest.approx(2 * 0.5 / 12)
    assert pair_penalty(expected[None]).item() == pytest.approx(0.5 / 2)
    assert pair_penalty(expected[None], -0.25).item() == pytest.approx((1.25 + 0.25) / 2)


def test_the_module_adds_its_pairs():
    assert value(by_hand()).item() == pytest.approx(1 / 12)
    assert value(by_hand(), margin=0.0).item() == pytest.approx(2 / 12)
    assert value(by_hand(), pair_weight=3.0).item() == pytest.approx(1 / 12 + 0.75)
    assert value(by_hand(), pair_weight=3.0, pair_margin=0.75).item() == pytest.approx(1 / 12 + 0.375)


def test_channels_are_compared_one_by_one():
    latent = random_latent(3, 2, 4, 4)
    correlation = sentence_correlation(latent)
    for c in range(2):
        torch.testing.assert_close(correlation[c], torch.corrcoef(latent[:, c].flatten(1)), rtol=1e-6, atol=1e-7)


def test_gradients_against_finite_differences():
    latent = random_latent(4, 2, 3, 3).requires_grad_()
    assert torch.autograd.gradcheck(sentence_correlation, latent)
    loss = SentenceSeparation(margin=-0.2, pair_weight=2.0, pair_margin=-0.5)
    assert torch.autograd.gradcheck(lambda v: loss({"latent": v}, {}), latent)


def test_one_mode_meets_a_share_of_variance_but_not_this_hinge():
    coefficients = random_latent(16, 1, 1, 1)
    latent = coefficients * random_latent(1, 1, 8, 8)
    share = latent.var(0).sum() / latent.square().mean(0).sum()
    assert share > 0.9
    assert value(latent).item() > 0.2 > value(random_latent(16, 1, 8, 8)).item()


def test_the_same_map_for_every_sentence_costs_the_most():
    same = random_latent(1, 3, 8, 8).expand(5, -1, -1, -1)
    assert value(same).item() == pytest.approx(0.5, rel=1e-6)


def test_the_order_of_samples_matters_to_pairs_alone():
    latent, order = by_hand(), [0, 2, 1, 3]
    torch.testing.assert_close(value(latent[order]), value(latent))
    assert value(latent[order], pair_weight=1.0) < value(latent, pair_weight=1.0)


def test_a_batch_of_one_is_zero_and_keeps_its_graph():
    latent = random_latent(1, 2, 4, 4).requires_grad_()
    loss = value(latent)
    loss.backward()
    assert latent.grad is not None
    assert loss.item() == 0 == latent.grad.abs().max()


@pytest.mark.parametrize("batch", [1, 3])
def test_pairs_need_an_even_batch(batch):
    with pytest.raises(ValueError, match=rf"pair_weight: expected an even batch, .* got {batch} samples. Use an even"):
        value(random_latent(batch, 2, 4, 4), pair_weight=1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"margin": 1.5}, r"SentenceSeparation.margin: expected a correlation in \[-1, 1\], got 1.5"),
        ({"pair_margin": -2.0}, r"SentenceSeparation.pair_margin: expected a correlation in \[-1, 1\], got -2.0"),
        ({"pair_weight": -1.0}, r"SentenceSeparation.pair_weight: expected a number of at least 0, got -1.0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SentenceSeparation(**arguments)
