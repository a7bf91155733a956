"""Points, velocities and lengths of cubic curves."""

import math

import pytest
import torch

from stillhouse.losses import arc_lengths, curve_accelerations, curve_points, curve_velocities, gauss_legendre

STROKE = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
T = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)


def test_hand_values():
    torch.testing.assert_close(curve_points(STROKE, T), torch.tensor([[0, 0], [0.5, 0.75], [1, 0]]).double())
    torch.testing.assert_close(curve_velocities(STROKE, T), torch.tensor([[0, 3], [1.5, 0], [0, -3]]).double())
    torch.testing.assert_close(curve_accelerations(STROKE, T), torch.tensor([[6, -6], [0, -6], [-6, -6]]).double())


def test_velocity_and_acceleration_are_the_derivatives():
    strokes = torch.randn(3, 4, 2, dtype=torch.float64)
    t, step = torch.tensor([0.2, 0.7], dtype=torch.float64), 1e-5
    slope = (curve_points(strokes, t + step) - curve_points(strokes, t - step)) / (2 * step)
    torch.testing.assert_close(curve_velocities(strokes, t), slope, rtol=1e-6, atol=1e-6)
    bend = (curve_velocities(strokes, t + step) - curve_velocities(strokes, t - step)) / (2 * step)
    torch.testing.assert_close(curve_accelerations(strokes, t), bend, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_quadrature_is_exact_up_to_its_degree(count: int):
    places, weights = gauss_legendre(count, STROKE)
    for degree in range(2 * count):
        assert float(places**degree @ weights) == pytest.approx(1 / (degree + 1), rel=1e-12)
    assert float(places ** (2 * count) @ weights) != pytest.approx(1 / (2 * count + 1), rel=1e-12)


def test_length_of_a_line_of_a_quarter_circle_and_of_a_dot():
    line = torch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], dtype=torch.float64) / 3
    k = 4 / 3 * math.tan(math.pi / 8)
    quarter = torch.tensor([[1.0, 0.0], [1.0, k], [k, 1.0], [0.0, 1.0]], dtype=torch.float64)
    dot = torch.full((4, 2), 0.3, dtype=torch.float64)
    lengths = arc_lengths(torch.stack([line, quarter, dot]))
    assert lengths[0].item() == pytest.approx(math.sqrt(2), rel=1e-12)
    assert lengths[1].item() == pytest.approx(math.pi / 2, rel=3e-4), "the cubic is that near to the circle"
    assert lengths[2].item() == 0.0


def test_length_converges_to_that_of_many_chords():
    strokes = torch.tensor([[0.0, 0.0], [0.3, 0.2], [0.6, 0.25], [0.8, 0.1]], dtype=torch.float64)
    chords = curve_points(strokes, torch.linspace(0, 1, 20_001, dtype=torch.float64)).diff(dim=0).norm(dim=1).sum()
    assert arc_lengths(strokes).item() == pytest.approx(chords.item(), rel=1e-6)
