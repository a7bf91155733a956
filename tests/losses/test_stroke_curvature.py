"""Squared curvature along the arc."""

import math

import pytest
import torch

from stillhouse.losses import StrokeCurvature, stroke_curvature


def quarter_circle(radius: float) -> torch.Tensor:
    k = 4 / 3 * math.tan(math.pi / 8)
    return radius * torch.tensor([[1.0, 0.0], [1.0, k], [k, 1.0], [0.0, 1.0]], dtype=torch.float64)[None, None]


@pytest.mark.parametrize("radius", [0.2, 1.0])
def test_a_circle_has_the_curvature_of_its_radius(radius: float):
    found = stroke_curvature(quarter_circle(radius), radius=0.1, slowness=1e-4).item()
    assert found == pytest.approx((0.1 / radius) ** 2, rel=0.02)


def test_slowness_hardly_changes_a_long_stroke():
    assert stroke_curvature(quarter_circle(0.5)).item() == pytest.approx(0.04, rel=0.1)


def test_straight_strokes_are_free():
    line = torch.tensor([[0.0, 0.0], [0.1, 0.2], [0.3, 0.6], [0.5, 1.0]], dtype=torch.float64)[None, None]
    assert stroke_curvature(line).item() == pytest.approx(0, abs=1e-20)


def test_it_does_not_depend_on_the_speed_along_the_arc():
    """A parabola's two halves, cut by de Casteljau, have together the mean that the whole has."""
    whole = torch.tensor([[0.0, 0.0], [0.4, 0.6], [0.8, 0.6], [1.2, 0.0]], dtype=torch.float64)
    a = (whole[:-1] + whole[1:]) / 2
    b = (a[:-1] + a[1:]) / 2
    middle = (b[0] + b[1]) / 2
    halves = torch.stack([torch.stack([whole[0], a[0], b[0], middle]), torch.stack([middle, b[1], a[2], whole[3]])])
    cut = stroke_curvature(halves[None], slowness=1e-6, nodes=24)
    torch.testing.assert_close(cut, stroke_curvature(whole[None, None], slowness=1e-6, nodes=24), rtol=1e-4, atol=0)


def test_a_cusp_is_bounded():
    cusp = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)[None, None]
    found = stroke_curvature(cusp + 1e-4 * torch.randn(1, 1, 4, 2, dtype=torch.float64), nodes=65)
    assert 0 < found.item() < 1e3


def test_a_size_that_is_no_number_above_zero():
    with pytest.raises(ValueError, match=r"StrokeCurvature\.slowness: got 0\.0, expected a number above 0"):
        StrokeCurvature(slowness=0.0)
