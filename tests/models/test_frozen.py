"""Another config's network, held still."""

import copy

import pytest
import torch
from torch import nn

from stillhouse.engine.errors import CompanionError
from stillhouse.models import FrozenModel


@pytest.fixture(scope="module")
def frozen(teacher) -> FrozenModel:
    """The trained teacher, frozen."""
    return FrozenModel(str(teacher))


class Owner(nn.Module):
    """A network that stands on a frozen one."""

    def __init__(self, below: FrozenModel) -> None:
        super().__init__()
        self.below, self.own = below, nn.Linear(2, 2)


def test_it_is_absent_from_its_owner_s_state(frozen):
    owner = Owner(frozen)
    assert set(owner.state_dict()) == {"own.weight", "own.bias"}
    assert [name for name, _ in owner.named_parameters()] == ["own.weight", "own.bias"]


def test_it_stays_in_evaluation_and_without_gradients(frozen):
    Owner(frozen).train()
    assert not any(module.training for module in frozen.network.modules())
    assert not any(parameter.requires_grad for parameter in frozen.network.parameters())


def test_deepcopy_shares_it(frozen):
    assert copy.deepcopy(Owner(frozen)).below is frozen


def test_gradients_flow_to_its_inputs(frozen):
    embedding = torch.randn(1, 4, 12, requires_grad=True)
    frozen.network.head(frozen.network.blocks(embedding)).sum().backward()
    assert embedding.grad is not None and embedding.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in frozen.network.parameters())


def test_building_it_draws_nothing(teacher):
    before = torch.get_rng_state()
    FrozenModel(str(teacher))
    assert torch.equal(before, torch.get_rng_state())


def test_it_moves_and_changes_precision_with_its_owner(teacher):
    owner = Owner(FrozenModel(str(teacher))).double()
    assert next(owner.below.network.parameters()).dtype == torch.float64


def test_it_answers_as_its_network_does(frozen):
    batch = {"tokens": torch.zeros(1, 8, dtype=torch.long), "next_tokens": torch.zeros(1, 8, dtype=torch.long)}
    assert torch.equal(frozen(batch)["logits"], frozen.network(batch)["logits"])
    assert set(frozen.predict(batch)) == {"logits", "nll"}
    assert len(frozen.provenance_of_data["digest"]) == 64


def test_without_a_checkpoint_it_says_what_to_do(config):
    path = config("untrained")
    with pytest.raises(
        CompanionError, match=r"untrained\.py: has no checkpoint; train it with `python tools/train\.py"
    ):
        FrozenModel(str(path))
