import pytest
import torch

from stillhouse.losses import MeanSquaredError, mean_squared_error


def test_by_hand():
    assert mean_squared_error(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 1.0]])).item() == 2.5


def test_gradient_against_finite_differences():
    output, target = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.autograd.gradcheck(mean_squared_error, (output.requires_grad_(), target))


def test_a_shift_of_both_changes_nothing_and_a_scale_is_squared():
    output, target = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    base = mean_squared_error(output, target)
    torch.testing.assert_close(mean_squared_error(output + 2, target + 2), base)
    torch.testing.assert_close(mean_squared_error(3 * output, 3 * target), 9 * base)


def test_half_precision_is_computed_in_float32():
    assert mean_squared_error(torch.ones(3).half(), torch.zeros(3)).dtype == torch.float32


def test_the_module_reads_a_dotted_target():
    loss = MeanSquaredError("cont_out", "graph.x")
    assert loss({"cont_out": torch.tensor([1.0])}, {"graph": {"x": torch.tensor([4.0])}}).item() == 9.0


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"the output has shape \(3, 1\) and the target \(3,\)"):
        mean_squared_error(torch.zeros(3, 1), torch.zeros(3))
