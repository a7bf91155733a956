import math

import pytest
import torch

from stillhouse.datasets.scene.schema import GEOMETRIES
from stillhouse.models.scene.curves import CURVES
from stillhouse.models.scene.placement import Placement
from stillhouse.models.scene.shapes import SHAPES
from stillhouse.models.scene.splat import Pile, Splat, coverage, fade, ink, untiled
from stillhouse.models.scene.tiles import TILE, Grid, touched


def rows(
    size: int, stretch: tuple[float, float] = (10.0, 10.0), turn: float = 0.0, width: float = 0.05, alpha: float = 1.0
) -> torch.Tensor:
    """A shape in the middle of an image; stretch in pixels a unit, along its own axes before it is turned."""
    cos, sin = math.cos(turn), math.sin(turn)
    step = torch.tensor(
        [[cos / stretch[0], sin / stretch[0]], [-sin / stretch[1], cos / stretch[1]]], dtype=torch.float64
    )
    start = -(step * (size - 1) / 2).sum(1)
    own = torch.cat([step, start[:, None]], 1)
    metric = step @ step.T
    numbers = [*own.flatten().tolist(), *own[1].tolist(), metric[0, 0], 2 * metric[0, 1], metric[1, 1], width, alpha]
    return torch.tensor([numbers], dtype=torch.float64)


def drawn(name: str, given: torch.Tensor, size: int) -> torch.Tensor:
    grid = Grid.of(size)
    pile = Pile([(name, torch.arange(len(given)))], torch.zeros(len(given), dtype=torch.int64), 1, grid)
    return untiled(Splat.apply(given, pile), grid)[0]


@pytest.mark.parametrize(("pixels", "expected"), [(6.0, [0, 1, 1, 1, 1, 1, 1, 0]), (5.0, [0, 0.5, 1, 1, 1, 1, 0.5, 0])])
def test_a_line_covers_the_pixels_of_its_width(pixels, expected):
    distance = torch.arange(8, dtype=torch.float64) - 3.5
    place = Placement.of(rows(8, (10.0, 10.0), width=pixels / 20))
    share = coverage(SHAPES["bar"], distance[None] / 10, torch.zeros(1, 8, dtype=torch.float64), place)
    torch.testing.assert_close(share[0], torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("shift", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("pixels", [0.02, 0.3, 1.0, 2.7])
def test_ink_across_a_line_is_its_width_however_thin(pixels, shift):
    across = (torch.arange(12, dtype=torch.float64) - 6 + shift) / 10
    place = Placement.of(rows(12, width=pixels / 20))
    share = coverage(SHAPES["bar"], across[None], torch.zeros(1, 12, dtype=torch.float64), place)
    assert share.sum().item() == pytest.approx(pixels) and share.max().item() <= min(pixels, 1) + 1e-9


def test_a_layer_s_stretch_deforms_the_stroke():
    given = rows(64, (30.0, 10.0), width=0.1)
    image = drawn("square", given, 64)
    plain = image / fade((torch.arange(64) - 31.5).double()[:, None] / 10).clamp_min(1e-9)
    assert plain[32].sum().item() == pytest.approx(2 * 2 * 0.1 * 30, rel=1e-6), "two upright sides, 6 pixels each"
    assert plain[:, 32].sum().item() == pytest.approx(2 * 2 * 0.1 * 10, rel=1e-6), "two level sides, 2 pixels each"


def test_the_gradient_by_hand():
    def smoothstep(low, high, x):
        t = min(max((x - low) / (high - low), 0), 1)
        return t * t * (3 - 2 * t)

    positions = [-2.0, -1.0, -0.4, 0.0, 0.3, 0.99]
    expected = [1 - smoothstep(0.2, 1, 0.5 + 0.5 * abs(p)) for p in positions]
    assert fade(torch.tensor(positions)).tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", GEOMETRIES)
def test_no_tile_with_ink_is_missed(name):
    size, generator = 90, torch.Generator().manual_seed(3)
    grid, tiles = Grid.of(size), torch.arange(Grid.of(size).tiles)
    for _ in range(12):
        a, b, c, d = torch.rand(4, generator=generator).tolist()
        given = rows(size, (2 + 60 * a**2, 2 + 60 * b**2), 6 * c, 0.001 + 0.1 * d)
        every = ink(SHAPES[name], given.expand(len(tiles), -1), tiles, grid)
        inked = set(tiles[(every > 1e-6).any(1)].tolist())
        found = [tile for _, part in touched(SHAPES[name], given, grid) for tile in part.tolist()]
        assert inked <= set(found) and len(found) == len(set(found))
        assert len(found) <= 40 + 4 * len(inked)


@pytest.mark.parametrize("name", GEOMETRIES)
def test_ink_lies_on_the_curve(name):
    size = 128
    image = drawn(name, rows(size, (50.0, 50.0), width=0.03), size)
    x, y = CURVES[name](torch.linspace(0.01, 0.99, 50, dtype=torch.float64))
    expected = fade(y)
    column, row = (x * 50 + 64).long(), (y * 50 + 64).long()
    assert (image[row, column] - expected).abs().max() < 0.03, "full, but for the gradient's change within a pixel"
    far = torch.ones(size, size, dtype=torch.bool)
    for dx in range(-3, 4):
        for dy in range(-3, 4):
            t = torch.linspace(0, 1, 2000, dtype=torch.float64)
            x, y = CURVES[name](t)
            far[(y * 50 + 64).long() + dy, (x * 50 + 64).long() + dx] = False
    assert image[far].max() == 0


def test_shapes_add_and_pieces_do_not_show():
    given = torch.cat([rows(40, (15.0, 12.0), 0.1 * k, 0.05, 0.3) for k in range(7)])
    alone = sum(drawn("u", given[k : k + 1], 40) for k in range(7))
    torch.testing.assert_close(drawn("u", given, 40), alone)


@pytest.mark.parametrize("size", [1, 5, 63, 64, 65])
def test_any_size(size):
    image = drawn("ring", rows(size, (size / 2.0, size / 2.0), width=0.1), size)
    every = ink(SHAPES["ring"], rows(size, (size / 2.0, size / 2.0), width=0.1).expand(Grid.of(size).tiles, -1),
                torch.arange(Grid.of(size).tiles), Grid.of(size))  # fmt: skip
    torch.testing.assert_close(image, untiled(every[None], Grid.of(size))[0])
    assert image.shape == (size, size) and TILE == 4


@pytest.mark.parametrize("name", ["ring", "u", "arch", "roundedRect"])
def test_gradcheck(name):
    grid = Grid.of(16)
    pile = Pile([(name, torch.arange(1))], torch.zeros(1, dtype=torch.int64), 1, grid)
    given = rows(16, (7.0, 5.3), 0.4, 0.08).requires_grad_()
    weight = torch.rand(grid.tiles, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda leaf: (Splat.apply(leaf, pile)[0] * weight).sum(), given, atol=1e-4, rtol=1e-3
    )
