"""The mathematics of straight flows and of guidance."""

import pytest
import torch

from stillhouse.models.sketch.flow import draw_times, estimate, guided_velocity, interpolate


def test_hand_values():
    x0, x1 = torch.tensor([[1.0, -2.0], [0.0, 4.0]]), torch.tensor([[3.0, 2.0], [8.0, 0.0]])
    t = torch.tensor([0.25, 0.5])
    assert torch.equal(interpolate(x0, x1, t), torch.tensor([[1.5, -1.0], [4.0, 2.0]]))
    wrong = torch.tensor([[4.0, 0.0], [2.0, 2.0]])
    assert torch.equal(estimate(torch.tensor([[1.5, -1.0], [4.0, 2.0]]), wrong, t), torch.tensor([[4.5, -1], [5, 3]]))


def test_the_true_velocity_gives_the_data_back():
    generator = torch.Generator().manual_seed(0)
    x0, x1 = torch.randn(2, 16, 32, 4, 2, generator=generator)
    t = torch.rand(16, generator=generator)
    torch.testing.assert_close(estimate(interpolate(x0, x1, t), x1 - x0, t), x1, atol=1e-6, rtol=1e-6)


def test_ends_are_noise_and_data():
    x0, x1 = torch.randn(2, 3, 5)
    torch.testing.assert_close(interpolate(x0, x1, torch.zeros(3)), x0)
    torch.testing.assert_close(interpolate(x0, x1, torch.ones(3)), x1)


@pytest.mark.parametrize(("kind", "inner"), [("uniform", 0.5), ("logit_normal", 0.728)])
def test_distribution_of_times(kind: str, inner: float):
    """The sigmoid of a normal lies in [.25, .75] where the normal lies within log 3."""
    torch.manual_seed(0)
    times = draw_times(20_000, kind)
    assert times.min() >= 0 and times.max() <= 1
    assert abs(times.mean() - 0.5) < 0.01
    assert ((times - 0.5).abs() < 0.25).float().mean() == pytest.approx(inner, abs=0.015)


class Velocity:
    """A velocity that depends on all it is given, and counts."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, x, t, tokens):
        self.batches.append(len(x))
        return x * tokens.mean((1, 2))[:, None] + t[:, None]


def _guided(scale: float):
    generator = torch.Generator().manual_seed(0)
    x, t = torch.randn(4, 3, generator=generator), torch.rand(4, generator=generator)
    given, absent = torch.randn(2, 4, 2, 6, generator=generator)
    velocity = Velocity()
    found = guided_velocity(velocity, x, t, given, absent, scale)
    plain = Velocity()
    return found, plain(x, t, given), plain(x, t, absent), velocity.batches


def test_scale_one_is_the_condition_alone():
    found, given, _, batches = _guided(1)
    assert torch.equal(found, given) and batches == [4]


def test_scale_zero_is_no_condition_alone():
    found, _, absent, batches = _guided(0)
    assert torch.equal(found, absent) and batches == [4]


def test_guidance_extrapolates_in_one_doubled_batch():
    found, given, absent, batches = _guided(3.0)
    torch.testing.assert_close(found, absent + 3 * (given - absent))
    assert batches == [8]
