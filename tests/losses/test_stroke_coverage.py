"""Strokes crowded in one place."""

import pytest
import torch

from stillhouse.losses import StrokeCoverage, stroke_coverage, stroke_midpoints


def dots(*places: tuple[float, float]) -> torch.Tensor:
    return torch.tensor(places, dtype=torch.float64)[None, :, None].expand(-1, -1, 4, -1)


def test_hand_value():
    strokes = dots((0, 0), (0.3, 0), (0, 0.4))
    assert stroke_coverage(strokes).item() == pytest.approx(1 / ((0.3 + 0.4 + 0.5) / 3 + 0.1))


def test_the_midpoint_lies_on_the_curve():
    stroke = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    torch.testing.assert_close(stroke_midpoints(stroke), torch.tensor([0.5, 0.75]))


def test_crowded_strokes_and_a_single_one_cost_most():
    assert stroke_coverage(dots((0.2, 0.2), (0.2, 0.2))).item() == pytest.approx(10.0)
    assert stroke_coverage(dots((0.2, 0.2))).item() == pytest.approx(10.0)


def test_a_softening_that_is_no_number_above_zero():
    with pytest.raises(ValueError, match=r"StrokeCoverage\.softening: got 0\.0, expected a number above 0"):
        StrokeCoverage(softening=0.0)
