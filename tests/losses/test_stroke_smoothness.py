"""Distances of inner control points to the chord."""

import pytest
import torch

from stillhouse.losses import chord_distances, stroke_smoothness


def stroke(*points: tuple[float, float]) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float64)


def test_hand_value():
    bent = stroke((0, 0), (0.25, 0.2), (0.75, -0.1), (1, 0))
    torch.testing.assert_close(chord_distances(bent), torch.tensor([0.2, 0.1], dtype=torch.float64))
    assert stroke_smoothness(bent[None, None]).item() == pytest.approx(0.15)


def test_a_point_beyond_an_end_is_as_far_as_that_end():
    hooked = stroke((0, 0), (-0.3, 0.4), (2, 0), (1, 0))
    torch.testing.assert_close(chord_distances(hooked), torch.tensor([0.5, 1.0], dtype=torch.float64))


def test_a_closed_stroke_is_measured_from_its_end():
    loop = stroke((1, 1), (1, 1.5), (0, 1), (1, 1))
    torch.testing.assert_close(chord_distances(loop), torch.tensor([0.5, 1.0], dtype=torch.float64))


def test_straight_strokes_are_free_whatever_their_speed():
    assert stroke_smoothness(stroke((0, 0), (0.1, 0.1), (0.2, 0.2), (1, 1))[None, None]).item() == pytest.approx(0)


def test_it_is_linear_in_the_size():
    strokes = torch.randn(2, 3, 4, 2, dtype=torch.float64)
    torch.testing.assert_close(stroke_smoothness(0.1 * strokes), 0.1 * stroke_smoothness(strokes))
