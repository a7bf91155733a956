"""What a fusion must beat."""

import pytest
import torch

from stillhouse.engine.evaluation import fusion_baselines
from stillhouse.engine.evaluation.fusion_baselines import (
    alpha_number,
    best_fixed_alpha,
    fit_classifier,
    fixed_alpha_score,
    log_odds,
)
from stillhouse.models.can import FusionAgent


@pytest.fixture
def network() -> FusionAgent:
    """Thresholds 0, scales 1, both sides equal."""
    vgae = dict(type="VGAE", num_ids=4, embedding_dim=2, hidden_dims=[4], latent_dim=2, num_heads=1)
    gat = dict(type="GAT", num_ids=4, embedding_dim=2, hidden_dim=2, num_layers=1, num_heads=1)
    return FusionAgent(vgae, gat, hidden=[4], benign_side=1.0)


def columns(vgae: list, gat: list, y: list) -> dict:
    scores = torch.tensor(vgae).unsqueeze(1).repeat(1, 5)
    scores[:, 4] = torch.tensor(gat)
    return {"scores": scores, "y": torch.tensor(y)}


def test_the_better_detector_gets_the_whole_share(network):
    assert best_fixed_alpha(network, columns([-9.0, 9.0, 9.0], [9.0, -9.0, -8.0], [1, 0, 0])) == 1.0
    assert best_fixed_alpha(network, columns([9.0, -9.0, -8.0], [-9.0, 9.0, 9.0], [1, 0, 0])) == 0.0


def test_a_mixture_is_chosen_where_each_detector_misses_something(network):
    # Attacks that one detector finds and the other hardly denies.
    found = columns([5.0, -0.2, -1.0], [-0.2, 5.0, -1.0], [1, 1, 0])
    alpha = best_fixed_alpha(network, found)
    score = fixed_alpha_score(network, found, alpha_number(network, alpha))
    assert 0 < alpha < 1 and (score > 0.5).tolist() == [True, True, False]


def test_of_equally_good_shares_the_one_with_the_wider_margin(network):
    assert best_fixed_alpha(network, columns([0.1, -0.1], [9.0, -9.0], [1, 0])) == 1.0


def test_a_line_and_a_curve(monkeypatch):
    monkeypatch.setattr(fusion_baselines, "STEPS", 400)
    generator = torch.Generator().manual_seed(0)
    state = torch.randn(600, 2, generator=generator)
    line, curve = (state[:, 0] > 0.2).long(), (state.square().sum(1) > 1.5).long()
    linear, bent = fit_classifier(state, line), fit_classifier(state, curve, hidden=(32,))
    assert ((log_odds(linear, state) > 0) == (line == 1)).float().mean() > 0.97
    assert ((log_odds(bent, state) > 0) == (curve == 1)).float().mean() > 0.95
    again = fit_classifier(state, line)
    assert all(torch.equal(a, b) for a, b in zip(linear.parameters(), again.parameters()))


def test_log_odds_do_not_saturate():
    classifier = torch.nn.Linear(1, 2)
    torch.nn.init.constant_(classifier.weight[0], -1.0)
    torch.nn.init.constant_(classifier.weight[1], 1.0)
    assert (log_odds(classifier, torch.tensor([[1e2], [1e3], [1e4]])).diff() > 0).all()
