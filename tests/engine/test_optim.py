"""One optimizer step from several parts."""

import math

import pytest
import torch
from torch import nn

from stillhouse.engine.finite import FiniteCheck
from stillhouse.engine.optim import EngineOptimWrapper


def gradient(sizes: list[int], wrapper_args: dict | None = None) -> tuple[list[torch.Tensor], EngineOptimWrapper]:
    """The gradients of a step whose samples come in parts of ``sizes``."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 1))
    x, y = torch.randn(sum(sizes), 5), torch.randn(sum(sizes), 1)
    wrapper = EngineOptimWrapper(torch.optim.SGD(model.parameters(), lr=0.0), **(wrapper_args or {}))
    seen = []
    wrapper.before_step = lambda: seen.extend(p.grad.clone() for p in model.parameters())
    wrapper.start([size / sum(sizes) for size in sizes])
    for a, b in zip(x.split(sizes), y.split(sizes)):
        with wrapper.optim_context(model):
            loss = nn.functional.mse_loss(model(a), b)
        wrapper.update_params(loss)
    return seen, wrapper


@pytest.mark.parametrize("sizes", [[4, 4], [4, 3], [4, 1], [2, 2, 2, 2]])
def test_parts_have_the_gradient_of_the_whole(sizes: list[int]):
    parts, whole = gradient(sizes)[0], gradient([sum(sizes)])[0]
    for got, expected in zip(parts, whole):
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-6)


def test_one_step_for_all_parts_and_cleared_gradients():
    parameter = nn.Parameter(torch.tensor(1.0))
    wrapper = EngineOptimWrapper(torch.optim.SGD([parameter], lr=0.5))
    wrapper.start([0.25, 0.75])
    wrapper.update_params(2 * parameter)
    assert parameter.item() == 1.0, "no step before the last part"
    wrapper.update_params(4 * parameter)
    assert parameter.item() == pytest.approx(1 - 0.5 * (0.25 * 2 + 0.75 * 4))
    assert parameter.grad is None


def test_only_the_last_part_synchronises_ranks():
    entered = []

    class Wrapped(nn.Linear):
        def no_sync(self):
            entered.append(True)
            return torch.no_grad()

    model = Wrapped(1, 1)
    wrapper = EngineOptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    wrapper.start([0.5, 0.5])
    for part in range(2):
        wrapper._part = part
        with wrapper.optim_context(model):
            pass
    assert entered == [True]


def test_clipping_reports_the_norm_from_before():
    parameter = nn.Parameter(torch.tensor([0.0, 0.0]))
    wrapper = EngineOptimWrapper(torch.optim.SGD([parameter], lr=1.0), clip_grad=dict(max_norm=1.0))
    wrapper.start([1.0])
    wrapper.update_params((parameter * torch.tensor([3.0, 4.0])).sum())
    assert wrapper.grad_norm.item() == pytest.approx(5.0)
    torch.testing.assert_close(parameter.data, torch.tensor([-0.6, -0.8]), atol=1e-5, rtol=0)


def test_the_norm_is_measured_without_clipping_when_asked():
    parameter = nn.Parameter(torch.zeros(2))
    wrapper = EngineOptimWrapper(torch.optim.SGD([parameter], lr=1.0))
    wrapper.measure_norm = True
    wrapper.start([1.0])
    wrapper.update_params((parameter * torch.tensor([3.0, 4.0])).sum())
    assert wrapper.grad_norm.item() == pytest.approx(5.0)


def test_bf16_autocasts_and_builds_no_scaler():
    wrapper = EngineOptimWrapper(torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0), precision="bf16")
    assert wrapper.scaler is None
    model = nn.Linear(3, 3)
    wrapper.start([1.0])
    with wrapper.optim_context(model):
        assert model(torch.zeros(1, 3)).dtype == torch.bfloat16


def test_bf16_gradients_are_close_to_full_precision():
    half, full = gradient([4, 4], dict(precision="bf16"))[0], gradient([4, 4])[0]
    for got, expected in zip(half, full):
        assert got.dtype == torch.float32
        torch.testing.assert_close(got, expected, rtol=0.1, atol=0.02)
    assert not all(torch.equal(got, expected) for got, expected in zip(half, full)), "bf16 was not used"


def test_finite_check_answers_for_the_losses_since_the_last_question():
    check = FiniteCheck()
    check.add(torch.tensor(1.0))
    assert check.result()
    check.add(torch.tensor(math.inf))
    check.add(torch.tensor(1.0))
    assert not check.result()
    assert check.result(), "an answer is given once"


def test_state_goes_round():
    _, wrapper = gradient([4])
    other = gradient([4])[1]
    other.optimizer.param_groups[0]["lr"] = 9.0
    other.load_state_dict(wrapper.state_dict())
    assert other.optimizer.param_groups[0]["lr"] == 0.0
