"""Rows of images."""

import pytest
import torch

from stillhouse.models.scene.pictures import strips


def test_rows_are_scenes_and_columns_sources():
    black, white = torch.zeros(3, 3, 4, 4), torch.ones(3, 3, 4, 4)
    picture = strips(black, white, most=2, scale=2)
    assert picture.shape == (2 * 9, 2 * 9, 3) and picture.dtype.name == "uint8"
    assert picture[0, 0].tolist() == [0, 0, 0] and picture[9, 9].tolist() == [255, 255, 255]
    assert picture[8, 0, 0] == picture[0, 8, 0] == 89, "a grey line"


def test_columns_of_other_sizes():
    with pytest.raises(ValueError, match=r"strips: the columns have the shapes \[\(2, 3, 4, 4\), \(2, 3, 8, 8\)\]"):
        strips(torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 8, 8))
