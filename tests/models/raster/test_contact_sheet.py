"""Many sketches in one picture."""

import cv2
import numpy as np
import pytest
import torch

from stillhouse.models.raster.contact_sheet import LINE, TEXT_HEIGHT, UNDRAWABLE, contact_sheet, png, sketch_images


def bar(x: float) -> torch.Tensor:
    """One vertical stroke at ``x``."""
    return torch.tensor([[x, y] for y in (-0.5, -0.2, 0.2, 0.5)])[None]


SKETCHES = torch.stack([bar(x) for x in (-0.5, 0.0, 0.5, 0.9, -0.9)])


def test_rows_of_cells_with_lines_between_them():
    sheet = contact_sheet(SKETCHES, columns=2, size=20)
    assert sheet.shape == (3 * 21 + 1, 2 * 21 + 1, 3) and sheet.dtype == np.uint8
    assert (sheet[0, :21] == LINE).all() and (sheet[:42, 21] == LINE).all()
    second = sheet[1:21, 22:42]
    assert second[10, 9:11].mean() < 200 and (second[:3] == 255).all(), "a bar in the middle, white above it"
    assert (sheet[43:, 23:] == 255).all(), "the place of a sixth sketch is empty"


def test_labels_stand_below_and_change_no_sketch():
    plain, labelled = contact_sheet(SKETCHES, 5, 24), contact_sheet(SKETCHES, 5, 24, labels=["cat", "é", "", "b", "c"])
    assert labelled.shape[0] == plain.shape[0] + TEXT_HEIGHT and np.array_equal(labelled[:25], plain[:25])
    assert labelled[26:, :25].min() < 128 and labelled[26:, 52:74].min() == 255


def test_fewer_sketches_than_columns_and_another_width():
    assert contact_sheet(SKETCHES[:2], 8, 16).shape == (18, 35, 3)
    thin, thick = (
        contact_sheet(SKETCHES, 5, 32, renderer=dict(type="BezierRasterizer", stroke_width=w)) for w in (1.0, 4.0)
    )
    assert thick.mean() < thin.mean()


def test_a_sketch_that_is_not_finite_is_a_red_cell_and_the_others_are_drawn():
    spoilt = SKETCHES.clone()
    spoilt[1, 0, 2, 1] = torch.nan
    images = sketch_images(spoilt, 16)
    assert (images[1] == UNDRAWABLE).all() and np.array_equal(images[0], sketch_images(SKETCHES, 16)[0])


def test_png_keeps_the_colours():
    image = np.zeros((2, 3, 3), np.uint8)
    image[..., 0] = 200
    read = cv2.imdecode(np.frombuffer(png(image), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(read[..., ::-1], image)


def test_what_it_refuses():
    with pytest.raises(ValueError, match=r"strokes are \(1, 4, 2\), expected \(N, S, 4, 2\)"):
        contact_sheet(SKETCHES[0])
    with pytest.raises(ValueError, match="with N at least 1"):
        contact_sheet(SKETCHES[:0])
    with pytest.raises(ValueError, match="got 1 labels for 5 sketches, expected one each"):
        contact_sheet(SKETCHES, labels=["cat"])
    with pytest.raises(ValueError, match="got columns=0 and size=96, expected at least 1 each"):
        contact_sheet(SKETCHES, columns=0)
