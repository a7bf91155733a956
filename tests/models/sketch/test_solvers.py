"""The solvers, on equations whose solutions are known."""

import math

import pytest
import torch

from stillhouse.models.sketch.solvers import STEPS, evaluations, integrate, time_grid


def _growth(x, t):
    """dx/dt = (1 + t) x, so that x(1) = x(0) exp(1.5)."""
    return (1 + t) * x


def _error(sampler: str, steps: int) -> float:
    x0 = torch.tensor([[0.5], [-2.0]], dtype=torch.float64)
    found = integrate(_growth, x0, time_grid(steps).double(), sampler)
    return float((found / x0 - math.exp(1.5)).abs().max())


@pytest.mark.parametrize(("sampler", "order"), [("euler", 1), ("heun", 2), ("midpoint", 2)])
def test_order_of_convergence(sampler: str, order: int):
    ratio = _error(sampler, 32) / _error(sampler, 64)
    assert math.log2(ratio) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("sampler", STEPS)
def test_straight_paths_need_one_step(sampler: str):
    x0, x1 = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(integrate(lambda x, t: x1 - x0, x0, time_grid(1), sampler), x1)


@pytest.mark.parametrize("sampler", STEPS)
def test_evaluations_are_as_stated(sampler: str):
    seen = []

    def velocity(x, t):
        seen.append(float(t))
        return torch.zeros_like(x)

    integrate(velocity, torch.zeros(2, 3), time_grid(5), sampler)
    assert len(seen) == evaluations(sampler, 5)
    assert min(seen) == 0 and max(seen) < 1


@pytest.mark.parametrize("sampler", STEPS)
def test_gradients_pass_and_nothing_is_written_in_place(sampler: str):
    x0 = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    before = x0.detach().clone()
    times = time_grid(3).double()
    assert torch.autograd.gradcheck(lambda x: integrate(lambda y, t: y.sin() * (1 + t), x, times, sampler), (x0,))
    assert torch.equal(x0, before)


def test_rows_do_not_see_each_other():
    x0 = torch.randn(4, 2, 2, generator=torch.Generator().manual_seed(1))
    together = integrate(_growth, x0, time_grid(4), "heun")
    torch.testing.assert_close(integrate(_growth, x0[2:3], time_grid(4), "heun")[0], together[2])


def test_grids():
    assert torch.equal(time_grid(4), torch.tensor([0, 0.25, 0.5, 0.75, 1.0]))
    torch.testing.assert_close(time_grid(2, shift=0.5), torch.tensor([0, 2 / 3, 1]))
    for shift in (0.2, 5.0):
        grid = time_grid(10, shift)
        assert grid[0] == 0 and grid[-1] == 1 and (grid.diff() > 0).all()
        assert (grid.diff()[0] > grid.diff()[-1]) == (shift < 1)
