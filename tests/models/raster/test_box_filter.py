import math

import pytest
import torch

from stillhouse.models.raster.box_filter import chord, half_plane

OFFSETS = torch.linspace(-0.8, 0.8, 33, dtype=torch.float64)


def axes(angle: float) -> tuple[torch.Tensor, torch.Tensor]:
    sizes = sorted((abs(math.cos(angle)), abs(math.sin(angle))))
    return torch.tensor(sizes[1]).double(), torch.tensor(max(sizes[0], 1e-3)).double()


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 4, 1.2])
def test_area_equals_point_samples(angle):
    points = (torch.arange(400, dtype=torch.float64) + 0.5) / 400 - 0.5
    across = points[:, None] * math.cos(angle) + points * math.sin(angle)
    sampled = torch.stack([(across <= offset).double().mean() for offset in OFFSETS])
    torch.testing.assert_close(half_plane(OFFSETS, *axes(angle))[0], sampled, atol=3e-3, rtol=0)


@pytest.mark.parametrize("angle", [0.2, math.pi / 4])
def test_length_of_the_chord_is_the_slope_of_the_area(angle):
    low, high = chord(OFFSETS, *axes(angle))
    step = 1e-6
    slope = (half_plane(OFFSETS + step, *axes(angle))[0] - half_plane(OFFSETS - step, *axes(angle))[0]) / (2 * step)
    torch.testing.assert_close((high - low).clamp_min(0), slope, atol=1e-5, rtol=0)
    torch.testing.assert_close(half_plane(OFFSETS, *axes(angle))[1], slope, atol=1e-5, rtol=0)


def test_complements_add_up_to_the_square():
    total = half_plane(OFFSETS, *axes(0.7))[0] + half_plane(-OFFSETS, *axes(0.7))[0]
    torch.testing.assert_close(total, torch.ones_like(total))
