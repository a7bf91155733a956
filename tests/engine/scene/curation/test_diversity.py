"""How different chosen points are."""

import pytest
import torch

from stillhouse.engine.scene.curation.diversity import diversity, table
from stillhouse.engine.scene.curation.novelty import farthest_points


def test_farthest_points_are_farther_apart_than_random_ones():
    points = torch.rand(200, 2, generator=torch.Generator().manual_seed(0))
    chosen = points[farthest_points(points, torch.zeros(0, 1), 16)[0]]
    found = diversity("plane", chosen, points)
    assert found.holds and found.ratio > 2 and found.chosen > found.random_high > found.random
    assert "| plane |" in table([found]) and f"| {found.ratio:.2f} |" in table([found])


def test_a_random_choice_has_no_advantage_and_doubles_are_counted():
    points = torch.rand(100, 2, generator=torch.Generator().manual_seed(1))
    usual = diversity("plane", points[:20], points)
    assert usual.ratio == pytest.approx(1, abs=0.35)
    spread = torch.tensor([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 9.0]])
    assert diversity("plane", spread, points).near_duplicates == 0
    doubled = diversity("plane", torch.cat([spread, spread[:1]]), points)
    assert doubled.near_duplicates == 1 and doubled.closest == 0 and not doubled.holds
