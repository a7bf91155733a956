import math

import pytest
import torch

from stillhouse.datasets.scene.schema import GEOMETRIES
from stillhouse.models.scene.curves import CLOSED, CURVES

DIAGONAL = 0.3 + 0.35 * math.sqrt(0.5)  # the middle of a rounded corner
KNOWN = {
    "ring": [(0, (0.9, 0)), (0.25, (0, 0.9)), (0.5, (-0.9, 0))],
    "bar": [(0, (0, -0.9)), (0.5, (0, 0)), (1, (0, 0.9))],
    "line": [(0, (-0.6, 0)), (0.75, (0.3, 0)), (1, (0.6, 0))],
    "arch": [(0, (0.8, 0)), (0.5, (0, 0.8)), (1, (-0.8, 0))],
    "u": [(0, (-0.4, 0.9)), (0.5, (0, -0.9)), (1, (0.4, 0.9)), (1.4 / (2.8 + 0.4 * math.pi), (-0.4, -0.5))],
    "spiral": [(0, (0.2, 0)), (1 / 3, (0.4, 0)), (0.5, (-0.5, 0)), (1, (0.8, 0))],
    "wave": [(0, (-0.9, 0)), (0.125, (-0.675, 0.3)), (0.5, (0, 0)), (0.625, (0.225, 0.3)), (0.875, (0.675, -0.3))],
    "infinity": [(0, (0, 0)), (0.125, (0.6 * math.sqrt(0.5), 0.3)), (0.25, (0.6, 0)), (0.75, (-0.6, 0))],
    "square": [(0, (0.7, -0.7)), (0.125, (0.7, 0)), (0.375, (0, 0.7)), (0.625, (-0.7, 0)), (0.875, (0, -0.7))],
    "roundedRect": [(0, (0.65, -0.3)), (0.25, (0.3, 0.65)), (0.5, (-0.65, 0.3)), (1, (0.65, -0.3))],
}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_known_points(name):
    t = torch.tensor([t for t, _ in KNOWN[name]], dtype=torch.float64)
    x, y = CURVES[name](t)
    torch.testing.assert_close(
        torch.stack([x, y], 1), torch.tensor([xy for _, xy in KNOWN[name]]).double(), atol=1e-6, rtol=0
    )


@pytest.mark.parametrize("name", GEOMETRIES)
def test_curves_have_no_gaps_and_close_where_they_should(name):
    x, y = CURVES[name](torch.linspace(0, 1, 4001, dtype=torch.float64))
    steps = torch.hypot(x.diff(), y.diff())
    assert 0 < steps.max() < 0.005
    gap = math.hypot(x[0] - x[-1], y[0] - y[-1])
    assert (gap < 1e-9) == (name in CLOSED)


def test_the_rounded_corner_is_a_circle():
    x, y = CURVES["roundedRect"](torch.linspace(0, 1, 4001, dtype=torch.float64))
    corner = (x > 0.3) & (y > 0.3)
    torch.testing.assert_close(torch.hypot(x - 0.3, y - 0.3)[corner], torch.full_like(x[corner], 0.35))
    assert torch.hypot(x - DIAGONAL, y - DIAGONAL).min() < 1e-3
