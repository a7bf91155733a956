"""Points and directions along strokes, by hand."""

import torch

from stillhouse.models.sketch.curve_points import curve_points, curve_tangents


def test_a_straight_line_and_a_parabola():
    line = torch.tensor([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    torch.testing.assert_close(curve_points(line, 2), torch.tensor([[0.75, 1.5], [2.25, 4.5]]))
    torch.testing.assert_close(curve_tangents(line, 2), torch.tensor([[3.0, 6.0]]).expand(2, 2))
    # y = t^2 elevated to a cubic has the heights 0, 0, 1/3, 1.
    parabola = torch.tensor([[0.0, 0.0], [1 / 3, 0.0], [2 / 3, 1 / 3], [1.0, 1.0]])
    torch.testing.assert_close(curve_points(parabola, 1), torch.tensor([[0.5, 0.25]]))
    torch.testing.assert_close(curve_tangents(parabola, 1), torch.tensor([[1.0, 1.0]]))


def test_tangents_are_the_derivative_of_points():
    strokes = torch.randn(2, 3, 4, 2, dtype=torch.float64)
    points, step = curve_points(strokes, 4001), 1 / 4001
    slopes = (points[..., 2:, :] - points[..., :-2, :]) / (2 * step)
    torch.testing.assert_close(curve_tangents(strokes, 4001)[..., 1:-1, :], slopes, rtol=1e-4, atol=1e-4)
