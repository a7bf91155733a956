"""The small GPT."""

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


def test_tied_embeddings_are_the_output_layer():
    tied, own = (MiniGPT(vocabulary=11, context=6, width=8, num_heads=2, tied=tied) for tied in (True, False))
    assert tied.head.weight is tied.embedding.weight and tied.head.bias is None
    count = {name: sum(p.numel() for p in net.parameters()) for name, net in {"tied": tied, "own": own}.items()}
    assert count["own"] - count["tied"] == 11 * 8 + 11
    assert "head.weight" in tied.state_dict(), "a checkpoint holds it under both names"


def test_with_tied_embeddings_all_tokens_are_about_equally_likely_at_first():
    network = MiniGPT(vocabulary=11, context=6, width=8, num_heads=2, dropout=0.0, tied=True)
    nll = network.predict({"tokens": tokens(), "next_tokens": tokens(seed=1)})["nll"].mean()
    assert nll.item() == pytest.approx(torch.tensor(11.0).log().item(), abs=0.1)


def test_sampled_tokens_come_with_their_log_probabilities(network: MiniGPT):
    network.eval()
    prompt = tokens(3)
    drawn, log_p = network.sample(prompt, 3, generator=torch.Generator().manual_seed(0))
    assert drawn.shape == log_p.shape == (3, 3) and drawn.dtype == torch.int64
    # The network's own view of the whole sequences: what it said of each drawn token.
    whole = torch.cat([prompt, drawn], 1)
    said = network({"tokens": whole[:, :-1]})["logits"].log_softmax(-1)[:, 2:]
    torch.testing.assert_close(log_p, said.gather(2, drawn[..., None])[..., 0])


def test_sampling_depends_on_its_generator_alone(network: MiniGPT):
    network.eval()
    one, same, other = (
        network.sample(tokens(2), 20, generator=torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(one[0], same[0]) and torch.equal(one[1], same[1]) and not torch.equal(one[0], other[0])


def test_tokens_are_drawn_as_often_as_the_network_says(network: MiniGPT):
    network.eval()
    prompt = torch.full((4000, 1), 3)
    share = torch.softmax(network({"tokens": prompt[:1]})["logits"][0, -1] / 2, -1)
    drawn, log_p = network.sample(prompt, 1, temperature=2.0, generator=torch.Generator().manual_seed(0))
    counts = torch.bincount(drawn[:, 0], minlength=11) / 4000
    assert (counts - share).abs().max() < 0.03, "three standard deviations of a share of one half"
    torch.testing.assert_close(log_p[:, 0].exp(), share[drawn[:, 0]])


def test_only_the_likeliest_are_drawn(network: MiniGPT):
    network.eval()
    best = network({"tokens": tokens(4)})["logits"][:, -1].topk(2).indices
    drawn, log_p = network.sample(tokens(4), 1, top_k=1)
    assert torch.equal(drawn[:, 0], best[:, 0]) and (log_p == 0).all()
    drawn = network.sample(tokens(4).repeat(50, 1), 1, top_k=2)[0][:, 0].view(50, 3)
    assert all(set(drawn[:, i].tolist()) == set(best[i].tolist()) for i in range(3))


def test_sequences_longer_than_the_context_go_on(network: MiniGPT):
    network.eval()
    long = tokens(9)
    drawn = network.sample(long, 8, top_k=1)[0]
    assert torch.equal(drawn, network.sample(long[:, -6:], 8, top_k=1)[0]), "only the last six are seen"
    nothing, log_p = network.sample(long, 0)
    assert nothing.shape == log_p.shape == (3, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(prompt=torch.zeros(2, 0, dtype=torch.int64)), r"prompt is \(2, 0\), expected \(B, P\) with P at least 1"),
        (dict(length=-1), "got length=-1 and temperature=1.0, expected a length of at least 0"),
        (dict(temperature=0.0), "temperature=0.0, expected .* a temperature above 0"),
        (dict(top_k=12), "got top_k=12, expected a number from 1 to 11, the vocabulary"),
    ],
)
def test_what_cannot_be_sampled(network: MiniGPT, arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        network.sample(**{"prompt": tokens(2), "length": 1, **arguments})
