import torch

from stillhouse.models.scene.cells import cell_positions, straight_through


def test_cells_of_several_sizes():
    columns, rows = cell_positions(torch.tensor([512.0, 256.0]), 8)
    assert columns.shape == (2, 1, 8) and rows.shape == (2, 8, 1)
    assert columns[:, 0].tolist() == [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2, 3, 3]]
    assert torch.equal(rows[:, :, 0], columns[:, 0])


def test_a_cell_is_at_least_a_pixel():
    columns, _ = cell_positions(torch.tensor([0.1, 1.0]), 64)
    assert columns[:, 0].tolist() == [list(range(64))] * 2


def test_straight_through():
    soft = torch.tensor([0.3, 0.8], requires_grad=True)
    value = straight_through(soft.round(), soft**2)
    (slope,) = torch.autograd.grad(value.sum(), soft)
    assert value.tolist() == [0, 1] and torch.allclose(slope, 2 * soft)
