import pytest
import torch

from stillhouse.losses import MeanAbsoluteError


def value(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return MeanAbsoluteError("image", "image")({"image": output}, {"image": target})


def test_by_hand():
    assert value(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 1.0]])).item() == 1.5


def test_gradient_against_finite_differences():
    output, target = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: value(x, target), output.requires_grad_())


def test_half_precision_is_computed_in_float32():
    assert value(torch.ones(3).half(), torch.zeros(3)).dtype == torch.float32


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"mean absolute error.*\(3, 1\).*\(3,\)"):
        value(torch.zeros(3, 1), torch.zeros(3))
