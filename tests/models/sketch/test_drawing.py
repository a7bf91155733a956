"""Sketches side by side."""

import numpy as np
import torch

from stillhouse.models.sketch import sketch_sheet


def _line(height: float) -> torch.Tensor:
    x = torch.tensor([-0.8, -0.3, 0.3, 0.8])
    return torch.stack([x, torch.full((4,), height)], 1)[None]


def test_each_sketch_stands_in_its_own_cell():
    sheet = sketch_sheet(torch.stack([_line(-0.5), _line(0.5), _line(0.0)]), columns=2, size=20)
    assert sheet.shape == (44, 44, 3) and sheet.dtype == np.uint8
    cells = sheet[..., 0].reshape(2, 22, 2, 22).transpose(0, 2, 1, 3).reshape(4, 22, 22)[:, 1:-1, 1:-1]
    darkest = cells.mean(2).argmin(1)
    assert darkest[0] < 8 and darkest[1] > 12 and 8 <= darkest[2] <= 11
    assert (cells[3] == cells[3, 0, 0]).all()


def test_a_diverged_network_is_drawn_all_the_same():
    sheet = sketch_sheet(torch.full((2, 3, 4, 2), float("nan")))
    assert sheet.shape == (98, 196, 3)
