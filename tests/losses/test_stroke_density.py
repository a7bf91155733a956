"""Ink that lies too dense."""

import pytest
import torch

from stillhouse.losses import StrokeDensity, arc_lengths, ink_layers, stroke_density


def line(start: tuple[float, float], end: tuple[float, float], dtype: torch.dtype = torch.float64) -> torch.Tensor:
    a, b = torch.tensor(start, dtype=dtype), torch.tensor(end, dtype=dtype)
    return torch.stack([a + k / 3 * (b - a) for k in range(4)])


def test_hand_value():
    # Along the middle of row 2 (y = .25) of 4 x 4 cells, each .5 wide: a cell is crossed by .5 of ink .1 wide.
    strokes = line((-2, 0.25), (2, 0.25))[None, None]
    layers = ink_layers(strokes, grid=4, pen=0.1, samples=1000)[0]
    expected = torch.zeros(4, 4, dtype=torch.float64)
    expected[2] = 0.5 * 0.1 / 0.25
    torch.testing.assert_close(layers, expected, rtol=1e-3, atol=1e-3)
    found = stroke_density(strokes, grid=4, pen=0.1, limit=0.1, samples=1000)
    assert found.item() == pytest.approx(4 * 0.1**2 / 16, rel=1e-2)


def test_rows_run_along_y():
    layers = ink_layers(line((-0.75, -0.9), (-0.75, 0.9))[None, None], grid=4)[0]
    assert layers[:, 0].min() > 0 and not layers[:, 1:].any()


def test_within_the_canvas_no_ink_is_lost():
    strokes = 0.2 * torch.randn(1, 6, 4, 2, dtype=torch.float64)
    area = ink_layers(strokes, grid=16, pen=0.02, samples=2000).sum() * (2 / 16) ** 2
    assert area.item() == pytest.approx(0.02 * arc_lengths(strokes, 32).sum().item(), rel=1e-3)


def test_ink_beyond_the_canvas_is_not_counted():
    assert not ink_layers(line((2, 2), (3, 3))[None, None]).any()


def test_layers_add_up_and_spread_strokes_are_free():
    one = line((-0.9, 0.02), (0.9, 0.02))
    strokes = torch.stack([one] * 6)[None]
    torch.testing.assert_close(ink_layers(strokes), 6 * ink_layers(one[None, None]))
    apart = torch.stack([line((-0.9, y), (0.9, y)) for y in (-0.5, -0.3, -0.1, 0.1, 0.3, 0.5)])[None]
    assert stroke_density(strokes).item() > 0 and stroke_density(apart).item() == 0


def test_a_size_that_is_no_number_above_zero():
    with pytest.raises(ValueError, match=r"StrokeDensity\.grid: got 0, expected a number above 0"):
        StrokeDensity(grid=0)
