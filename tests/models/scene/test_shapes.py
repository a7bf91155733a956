import pytest
import torch

from stillhouse.datasets.scene.schema import GEOMETRIES
from stillhouse.models.scene.curves import CURVES
from stillhouse.models.scene.shapes import SHAPES


def truth(name: str, points: torch.Tensor) -> torch.Tensor:
    """Distance to the nearest of 8001 points of the curve."""
    curve = torch.stack(CURVES[name](torch.linspace(0, 1, 8001, dtype=torch.float64)), 1)
    return torch.cdist(points, curve).min(1).values


def around(name: str, reach: float, count: int = 3000) -> torch.Tensor:
    """Points within a reach of the curve, and some anywhere."""
    generator = torch.Generator().manual_seed(GEOMETRIES.index(name))
    t = torch.rand(count, generator=generator, dtype=torch.float64)
    curve = torch.stack(CURVES[name](t), 1)
    return curve + reach * (2 * torch.rand(count, 2, generator=generator, dtype=torch.float64) - 1)


@pytest.mark.parametrize("name", GEOMETRIES)
def test_distance_equals_that_to_the_curve(name):
    points = around(name, 0.1)
    expected = truth(name, points)
    error = (SHAPES[name].field(*points.unbind(1)).distance - expected).abs()[expected < 0.095]
    away = error[expected[expected < 0.095] > 0.02]
    assert error.max() < 8e-4, "the points of the curve are as far apart"
    assert away.max() < (8e-4 if SHAPES[name].table else 1e-5) and away.median() < 2e-6


@pytest.mark.parametrize("name", GEOMETRIES)
def test_direction_is_the_unit_gradient_of_the_distance(name):
    points = around(name, 0.06).requires_grad_()
    field = SHAPES[name].field(*points.unbind(1))
    (slope,) = torch.autograd.grad(field.distance.sum(), points)
    direction = torch.stack([field.x, field.y], 1)
    torch.testing.assert_close(direction.norm(dim=1), torch.ones(len(points), dtype=torch.float64))
    assert (direction * slope).sum(1).abs().min() > 1 - 1e-6


@pytest.mark.parametrize("name", GEOMETRIES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nothing_breaks_on_the_curve_in_the_centre_or_on_an_axis(name, dtype):
    line = torch.linspace(-3, 3, 61, dtype=dtype)
    curve = torch.stack(CURVES[name](torch.linspace(0, 1, 41, dtype=dtype)), 1)
    axes = torch.cat([torch.stack([line, 0 * line], 1), torch.stack([0 * line, line], 1), torch.stack([line, line], 1)])
    points = torch.cat([curve, axes, torch.zeros(1, 2, dtype=dtype)]).requires_grad_()
    field = SHAPES[name].field(*points.unbind(1))
    (slope,) = torch.autograd.grad(sum(each.sum() for each in field), points)
    assert all(each.isfinite().all() for each in field) and not slope.isnan().any()
    assert (field.x.square() + field.y.square()).min() > 0.5


@pytest.mark.parametrize("name", GEOMETRIES)
def test_clearance_is_at_most_the_distance(name):
    generator = torch.Generator().manual_seed(1)
    points = 6 * torch.rand(4000, 2, generator=generator, dtype=torch.float64) - 3
    clear, distance = SHAPES[name].clearance(*points.unbind(1)), truth(name, points)
    assert (clear <= distance + 5e-3).all()
    assert (clear[distance > 0.5] > 0.1).all()


@pytest.mark.parametrize("name", GEOMETRIES)
def test_extents_are_the_curves(name):
    x, y = CURVES[name](torch.linspace(0, 1, 8001, dtype=torch.float64))
    found = SHAPES[name].width, SHAPES[name].height
    assert found == pytest.approx((x.abs().max().item(), y.abs().max().item()), abs=0.06)
    assert found[0] >= x.abs().max() - 1e-6 and found[1] >= y.abs().max() - 1e-6
