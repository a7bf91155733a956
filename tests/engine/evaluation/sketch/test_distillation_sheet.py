"""Pictures side by side."""

from dataclasses import replace

import numpy as np
import torch
from sketch_toys import toys

from stillhouse.engine.evaluation.sketch.distillation import Part, Row
from stillhouse.engine.evaluation.sketch.distillation_images import Images
from stillhouse.engine.evaluation.sketch.distillation_sheet import (
    CELL,
    STRIP,
    chosen,
    picture_cells,
    sheet,
    side_by_side,
)

STROKES, _ = toys(6, 2)
NAMES = ["a", "b"] * 6


def part(*kinds: str) -> Part:
    image = torch.zeros(12, 3, 8, 8)
    image[:, 0] = 1
    images = Images("x", "", image, torch.arange(12), NAMES, STROKES, [None] * 12)
    return Part(images, [Row(kind, "", STROKES, {}) for kind in kinds])


def test_as_many_of_each_class_as_there_is_room_for():
    assert chosen(["a", "a", "b", "a", "b"], 4) == [0, 1, 2, 4]
    assert chosen(["a", "b", "c"], 2) == [0, 1] and chosen(["a"] * 9, 3) == [0, 1, 2]


def test_a_column_a_kind_with_the_image_first():
    one = side_by_side({"image": np.zeros((2, CELL, CELL, 3), np.uint8)}, ["a", "b"])
    assert one.shape == (STRIP + 2 * (CELL + 1 + STRIP), CELL + 1 + 12, 3)
    everything = sheet(
        part("true sketches", "random strokes", "bootstrap", "control", "distilled", "distilled", "refined")
    )
    columns = 6
    assert everything.shape == (STRIP + 6 * (CELL + 1 + STRIP), 2 * (columns * (CELL + 1) + 12), 3)
    cell = everything[STRIP : STRIP + CELL, :CELL]
    assert (cell == [255, 0, 0]).all(), "red first"
    drawn = everything[STRIP : STRIP + CELL, CELL + 1 : 2 * CELL + 1]
    assert drawn.min() < 64 and (drawn[..., 0] == drawn[..., 1]).all()


def test_few_rows_are_one_block_and_their_order_is_kept():
    few = part("bootstrap")
    few = replace(few, images=replace(few.images, strokes=None, image=few.images.image[:3], names=NAMES[:3]))
    few = replace(few, images=replace(few.images, index=torch.arange(3)), rows=[Row("bootstrap", "", STROKES[:3], {})])
    assert sheet(few).shape == (STRIP + 3 * (CELL + 1 + STRIP), 2 * (CELL + 1) + 12, 3)


def test_images_are_scaled_either_way():
    for size in (8, 200):
        assert picture_cells(torch.full((2, 3, size, size), 0.5)).shape == (2, CELL, CELL, 3)
    assert (picture_cells(torch.full((1, 3, 200, 200), 2.0)) == 255).all()
