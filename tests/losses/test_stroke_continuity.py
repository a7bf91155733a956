"""Gaps between strokes."""

import pytest
import torch

from stillhouse.losses import end_gaps, stroke_continuity


def strokes(*ends: tuple[tuple[float, float], tuple[float, float]]) -> torch.Tensor:
    built = torch.zeros(1, len(ends), 4, 2, dtype=torch.float64)
    built[0, :, [0, 3]] = torch.tensor(ends, dtype=torch.float64)
    built[0, :, 1:3] = 9.0  # inner points say nothing
    return built


def test_hand_value():
    found = strokes(((0, 0), (1, 0)), ((1.3, 0.4), (2, 0)))
    torch.testing.assert_close(
        end_gaps(found)[0], torch.tensor([[1.3601, 0.5], [0.5, 1.0]]).double(), atol=1e-4, rtol=0
    )
    assert stroke_continuity(found).item() == pytest.approx((1.3601 + 0.5 + 0.5 + 1) / 4, abs=1e-4)


def test_a_closed_outline_has_no_gap():
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    assert stroke_continuity(strokes(*zip(corners, corners[1:] + corners[:1]))).item() == 0.0


def test_a_stroke_s_own_other_end_does_not_count():
    dots = strokes(((0, 0), (0, 0)), ((0.5, 0), (0.5, 0)))
    assert stroke_continuity(dots).item() == 0.5


def test_a_single_stroke_has_none():
    assert end_gaps(strokes(((0, 0), (1, 1)))).tolist() == [[[0.0, 0.0]]]
