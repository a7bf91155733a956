"""Points that are far from the known ones and from each other."""

import pytest
import torch

from stillhouse.engine.scene.curation.novelty import farthest_points, neighbour_distances, squared_distances


def test_distances_by_hand():
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
    assert squared_distances(points, points[:2]).tolist() == [[0, 25], [25, 0], [1, 18]]
    assert neighbour_distances(points).tolist() == [1, 18, 1]


def test_the_farthest_are_taken_in_turn():
    points = torch.tensor([[0.0], [1.0], [5.0], [9.0], [9.1]])
    assert farthest_points(points, torch.tensor([[0.0]]), 3) == (
        [4, 2, 1],
        pytest.approx([82.81, 16.81, 1.0], abs=1e-3),
    )
    # Without known points the first is the one farthest from the mean, 4.82.
    assert farthest_points(points, torch.zeros(0, 1), 2)[0] == [0, 4]


def test_no_point_is_taken_twice():
    points = torch.zeros(4, 2)
    places, novelty = farthest_points(points, points[:1], 9)
    assert sorted(places) == [0, 1, 2, 3] and novelty == [0] * 4
