"""A flow on pairs of sketches."""

import copy

import pytest
import torch
from torch import nn

from stillhouse.models.sketch import FlowMatching, PreferenceFlow, pair_errors
from stillhouse.registry import LOSSES

NETWORK = dict(
    backbone=dict(type="StrokeDiT", width=32, num_layers=1, num_heads=2, ffn_width=32, num_strokes=6),
    condition=dict(type="ClassCondition", num_classes=3),
    data_scale=2.0,
)


def network(kind=PreferenceFlow, **changes):
    torch.manual_seed(0)
    made = kind(**{**NETWORK, **changes})
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.2)
    return made


def pairs(count: int = 4) -> dict:
    generator = torch.Generator().manual_seed(1)
    winner, loser = torch.rand(2, count, 6, 8, generator=generator) * 2 - 1
    return {
        "winner_beziers": winner, "loser_beziers": loser, "label": torch.arange(count) % 3, "index": torch.arange(count),
    }  # fmt: skip


def test_winners_and_losers_share_noise_time_and_condition():
    made = network(p_uncond=0.5).train()
    prepared = made.prepare(pairs())
    for name in ("x0", "t", "dropped", "label"):
        first, second = prepared[name].chunk(2)
        assert len(first) == 4 and torch.equal(first, second), name
    winner, loser = prepared["strokes"].chunk(2)
    assert torch.equal(winner.flatten(2), pairs()["winner_beziers"]) and not torch.equal(winner, loser)
    torch.testing.assert_close(prepared["velocity_target"], 2 * prepared["strokes"] - prepared["x0"])
    assert made(prepared)["velocity"].shape == (8, 6, 4, 2)
    assert set(prepared) - set(pairs()) == set(PreferenceFlow.declared_prepares(NETWORK))
    assert set(PreferenceFlow.declared_inputs(NETWORK)) == {"winner_beziers", "loser_beziers", "label"}


def test_its_weights_and_its_sketches_are_those_of_the_flow():
    made, flow = network(), network(FlowMatching)
    flow.load_state_dict(made.state_dict())
    noise, batch = torch.randn(4, 6, 4, 2), {"label": torch.arange(4) % 3}
    assert torch.equal(made.sample(noise, batch), flow.sample(noise, batch))


def test_errors_of_a_pair_depend_on_its_index_alone():
    made, batch = network().eval(), pairs()
    winner, loser = pair_errors(made, batch, seed=3)
    assert winner.shape == loser.shape == (4, 4) and (winner > 0).all()
    turned = {name: value.flip(0) for name, value in batch.items()}
    torch.testing.assert_close(pair_errors(made, turned, seed=3)[0].flip(0), winner)
    assert not torch.allclose(pair_errors(made, batch, seed=4)[0], winner)
    swapped = {**batch, "winner_beziers": batch["loser_beziers"], "loser_beziers": batch["winner_beziers"]}
    torch.testing.assert_close(pair_errors(made, swapped, seed=3)[0], loser)
    torch.testing.assert_close(pair_errors(network(FlowMatching).eval(), batch, seed=3)[0], winner)
    torch.testing.assert_close(made.predict(made.prepare(batch))["winner_error"], pair_errors(made, batch, seed=0)[0])


def test_sketches_of_other_sizes_are_refused():
    batch = {**pairs(), "winner_beziers": torch.zeros(4, 5, 8), "loser_beziers": torch.zeros(4, 5, 8)}
    with pytest.raises(ValueError, match="strokes: got shape"):
        network().prepare(batch)
    with pytest.raises(KeyError, match="winner_beziers"):
        network().prepare({"label": torch.zeros(2, dtype=torch.int64)})


def test_sketches_against_noise_are_told_apart_by_learning():
    torch.manual_seed(0)
    made = PreferenceFlow(**{**NETWORK, "p_uncond": 0.0}).train()
    reference = copy.deepcopy(made).eval().requires_grad_(False)
    optimizer = torch.optim.Adam(made.parameters(), lr=3e-3)
    loss = LOSSES.build(dict(type="FlowDPO", beta=20.0))
    held_out = drawings_and_noise(seed=1)
    assert implicit_accuracy(made, reference, held_out) == 0.5
    for step in range(60):
        batch = made.prepare(drawings_and_noise(seed=2 + step))
        with torch.no_grad():
            taught = reference(batch)["velocity"]
        optimizer.zero_grad()
        loss({**made(batch), "teacher.velocity": taught}, batch).backward()
        optimizer.step()
    assert implicit_accuracy(made.eval(), reference, held_out) >= 0.99


def drawings_and_noise(seed: int, count: int = 64) -> dict:
    """Pairs of a line of six strokes across the canvas, and of noise."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(-0.8, 0.8, 24).expand(count, -1)
    line = torch.stack([x, 0.4 * torch.randn(count, 1, generator=generator).expand(-1, 24)], -1).reshape(count, 6, 8)
    noise = 0.5 * torch.randn(count, 6, 8, generator=generator)
    return {
        "winner_beziers": line, "loser_beziers": noise, "label": torch.arange(count) % 3, "index": torch.arange(count),
    }  # fmt: skip


def implicit_accuracy(policy, reference, batch: dict) -> float:
    """The share of pairs whose winner's error has fallen more, ties a half."""
    (winner, loser), (old_winner, old_loser) = (pair_errors(one, batch, seed=0) for one in (policy, reference))
    margin = ((old_winner - winner) - (old_loser - loser)).mean(1)
    return float(((margin > 0) + 0.5 * (margin == 0)).mean())
