"""Plates: cells under their names, in blocks."""

from pathlib import Path

import cv2
import numpy as np
import torch

from stillhouse.tools.exhibition.plates import blocks, cells, drawn_file, plate


def test_rows_are_laid_out_in_blocks():
    assert blocks(12, 3) == 3 and blocks(12, 6) == 2 and blocks(6, 9) == 1 and blocks(1, 3) == 1
    assert blocks(40, 40) == 5, "a block has eight rows at most"


def test_cells_of_images_and_of_sketches_stand_where_they_belong():
    images = torch.zeros(3, 3, 8, 8)
    images[2] = 1.0
    sheet = cv2.imdecode(np.frombuffer(plate({"a": images}, ["x", "y", "z"]), np.uint8), cv2.IMREAD_COLOR)
    assert blocks(3, 1) == 3 and sheet.shape == (16 + 97 + 16, 3 * (97 + 12), 3)
    middles = [int(sheet[16 + 48, number * 109 + 48].mean()) for number in range(3)]
    assert middles == [0, 0, 255]
    strokes = torch.tensor([[-0.9, 0.0], [-0.3, 0.0], [0.3, 0.0], [0.9, 0.0]]).expand(2, 1, 4, 2)
    drawn = cells(strokes)
    assert drawn.shape == (2, 96, 96, 3) and drawn[0, 47:49, 48].min() < 128 and drawn[0, 10].min() == 255


def test_what_a_function_draws_comes_back():
    assert drawn_file(lambda file: Path(file).write_bytes(b"abc")) == b"abc"
