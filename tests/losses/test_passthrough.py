import pytest
import torch

from stillhouse.losses import NamedOutput


def test_a_scalar_is_passed_through_and_a_value_a_sample_is_averaged():
    assert NamedOutput("kl_loss")({"kl_loss": torch.tensor(2.0)}, {}).item() == 2.0
    assert NamedOutput("kl_loss")({"kl_loss": torch.tensor([2.0, 4.0])}, {}).item() == 3.0


def test_the_gradient_reaches_the_output_with_its_sign():
    value = torch.tensor([2.0, 4.0], requires_grad=True)
    NamedOutput("kl_loss")({"kl_loss": value}, {}).backward()
    assert value.grad is not None and value.grad.tolist() == [0.5, 0.5]


def test_an_absent_output_is_refused():
    with pytest.raises(KeyError, match=r"outputs: no 'kl_los'.*Did you mean 'kl_loss'"):
        NamedOutput("kl_los")({"kl_loss": torch.tensor(2.0)}, {})
