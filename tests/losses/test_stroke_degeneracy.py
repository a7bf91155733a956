"""Strokes that are dots."""

import pytest
import torch

from stillhouse.losses import stroke_degeneracy, stroke_extents


def test_hand_value():
    strokes = torch.zeros(1, 4, 4, 2, dtype=torch.float64)
    strokes[0, 1, 2] = torch.tensor([0.03, 0.04])
    strokes[0, 2, 0, 1] = -0.03
    strokes[0, 3, 1] = 0.5
    torch.testing.assert_close(stroke_extents(strokes[0, :3]), torch.tensor([0.0, 0.05, 0.03], dtype=torch.float64))
    assert stroke_degeneracy(strokes).item() == pytest.approx((0.05**2 + 0.02**2) / 4)


def test_a_small_stroke_is_made_larger():
    strokes = (1e-3 * torch.randn(1, 1, 4, 2, dtype=torch.float64)).requires_grad_()
    stroke_degeneracy(strokes).sum().backward()
    with torch.no_grad():
        assert stroke_extents(strokes - strokes.grad) > stroke_extents(strokes)


def test_beyond_the_least_extent_nothing_is_asked():
    strokes = torch.randn(2, 3, 4, 2)
    assert stroke_degeneracy(strokes, least=0.01).tolist() == [0.0, 0.0]
