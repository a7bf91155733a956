"""The character-level GPT."""

import pytest
import torch
from torch.nn import functional as F

from stillhouse.models import MiniGPT


@pytest.fixture
def network() -> MiniGPT:
    """A small one, without dropout."""
    return MiniGPT(vocabulary=11, context=6, width=8, num_layers=2, num_heads=2, dropout=0.0)


def tokens(length: int = 6, seed: int = 0) -> torch.Tensor:
    return torch.randint(11, (3, length), generator=torch.Generator().manual_seed(seed))


def test_outputs_are_those_declared(network: MiniGPT):
    outputs = network({"tokens": tokens()})
    assert tuple(outputs) == MiniGPT.outputs and outputs["logits"].shape == (3, 6, 11)


@pytest.mark.parametrize("position", [1, 4])
def test_a_token_changes_no_earlier_prediction(network: MiniGPT, position: int):
    first, second = tokens(), tokens()
    second[:, position] = (second[:, position] + 1) % 11
    a, b = (network({"tokens": batch})["logits"] for batch in (first, second))
    torch.testing.assert_close(a[:, :position], b[:, :position])
    assert not torch.allclose(a[:, position:], b[:, position:])


def test_position_matters(network: MiniGPT):
    same = torch.full((1, 6), 4)
    logits = network({"tokens": same})["logits"][0]
    assert not torch.allclose(logits[0], logits[1])


def test_shorter_sequences_are_prefixes(network: MiniGPT):
    whole = network({"tokens": tokens()})["logits"]
    torch.testing.assert_close(network({"tokens": tokens()[:, :3]})["logits"], whole[:, :3])


def test_nll_is_the_mean_over_each_sequence(network: MiniGPT):
    batch = {"tokens": tokens(), "next_tokens": tokens(seed=1)}
    predicted = network.eval().predict(batch)
    log_p = F.log_softmax(predicted["logits"], -1)
    expected = [-log_p[b, range(6), batch["next_tokens"][b]].mean() for b in range(3)]
    torch.testing.assert_close(predicted["nll"], torch.stack(expected))


def test_it_learns_a_sequence_by_heart(network: MiniGPT):
    text = tokens(7)[:1]
    batch = {"tokens": text[:, :-1], "next_tokens": text[:, 1:]}
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(80):
        optimizer.zero_grad()
        loss = network.predict(batch)["nll"].mean()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_vocabulary_modules_are_there(network: MiniGPT):
    assert all(hasattr(network, name) for name in MiniGPT.vocabulary_modules)
