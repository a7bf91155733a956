import pytest
import torch

from stillhouse.models.scene.arcs import CELLS, SIDE, arcs, nearest

NAMES = ("spiral", "wave", "infinity")


def test_nearest_point_of_a_wave_on_its_crest():
    x, y = torch.tensor([0.225, -0.675, 2.0]).double(), torch.tensor([0.5, 0.31, 0.0]).double()
    torch.testing.assert_close(nearest("wave", x, y), torch.tensor([0.625, 0.125, 1.0]).double(), atol=1e-6, rtol=0)


def test_the_arc_below_a_crest_has_the_wave_s_curvature():
    table = arcs("wave", torch.float64, torch.device("cpu"))
    column, row = round((0.225 + SIDE) / (2 * SIDE) * CELLS), round((0.35 + SIDE) / (2 * SIDE) * CELLS)
    radius = (0.9 / (2 * torch.pi)) ** 2 / 0.3
    assert table.radius[row * CELLS + column] == pytest.approx(radius, rel=0.02)
    assert table.y[row * CELLS + column] == pytest.approx(0.3 - radius, abs=2e-3)


def test_beyond_an_end_stands_the_end_itself():
    table = arcs("spiral", torch.float64, torch.device("cpu"))
    column, row = round((0.85 + SIDE) / (2 * SIDE) * CELLS), round((0.05 + SIDE) / (2 * SIDE) * CELLS)
    cell = row * CELLS + column
    assert table.radius[cell] == 0 and (table.x[cell], table.y[cell]) == (
        pytest.approx(0.8),
        pytest.approx(0, abs=1e-9),
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_widest_tube_stays_inside_the_table(name):
    assert arcs(name, torch.float32, torch.device("cpu")).margin >= 0.1


def test_edges_of_cells_fall_on_axes_and_crests():
    cell = 2 * SIDE / CELLS
    assert (SIDE / cell) % 1 == pytest.approx(0) and (0.225 / cell) % 1 == pytest.approx(0)
