"""Distances to outlines, by hand."""

import math

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from stillhouse.engine.evaluation.sketch.contour import contour_chamfer, outline


def line(start: tuple[float, float], end: tuple[float, float]) -> Tensor:
    share = torch.tensor([0, 1 / 3, 2 / 3, 1])[:, None]
    return torch.lerp(torch.tensor(start).float(), torch.tensor(end).float(), share)


def square_mask(side: int = 512, first: int = 128, last: int = 383) -> np.ndarray:
    mask = np.zeros((side, side), np.uint8)
    mask[first : last + 1, first : last + 1] = 1
    return mask


def drawn_square(half: float = 0.5) -> Tensor:
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    return torch.stack([line(corners[i], corners[(i + 1) % 4]) for i in range(4)])[None]


def test_the_outline_of_a_square_lies_on_its_border():
    points = outline(square_mask())
    assert len(points) == 4 * 255 and points.abs().amax(1).sub(0.5).abs().max() < 0.005


def test_the_first_axis_points_right():
    mask = np.zeros((512, 512), np.uint8)
    mask[100, 400] = 1
    assert outline(mask).tolist() == [pytest.approx([801 / 512 - 1, 201 / 512 - 1])]


def test_a_hole_has_an_outline_and_the_frame_has_none():
    holed = square_mask()
    holed[200:300, 200:300] = 0
    assert len(outline(holed)) > len(outline(square_mask()))
    cut = square_mask(first=0)
    inner = outline(cut)
    assert len(inner) == 2 * 384 - 1 and inner.amin() < -0.99, "the two edges inside, none along the frame"
    assert len(outline(np.ones((64, 64), np.uint8))) == 0 and len(outline(np.zeros((64, 64), np.uint8))) == 0


def test_it_is_the_mean_of_both_directions():
    border = torch.tensor([[0.0, 0.3], [0.9, 0.3]])
    dot = line((0, 0), (0, 0)).expand(1, 1, 4, 2)
    there, back = 0.3, (0.3 + math.hypot(0.9, 0.3)) / 2
    assert contour_chamfer(dot, [border]).item() == pytest.approx((there + back) / 2)


def test_on_the_outline_it_vanishes_and_scales_with_the_offset():
    border = outline(square_mask())
    assert contour_chamfer(drawn_square(), [border]).item() < 0.02
    shifted = drawn_square() + torch.tensor([0.0, 0.1])
    assert 0.04 < contour_chamfer(shifted, [border]).item() < 0.08
    half = contour_chamfer(drawn_square()[:, :2], [border]).item()
    hairy = torch.cat([drawn_square(), drawn_square(0.1)], 1)
    assert half > 0.1 and contour_chamfer(hairy, [border]).item() > 0.1, (
        "what is missing and what is too much both count"
    )


def test_without_a_mask_it_is_not_a_number():
    found = contour_chamfer(
        drawn_square().expand(3, -1, -1, -1), [None, outline(np.zeros((8, 8), np.uint8)), outline(square_mask())]
    )
    assert found.isnan().tolist() == [True, True, False]


def test_a_drawing_that_is_not_finite_is_far_away():
    spoilt = drawn_square().clone()
    spoilt[0, 0] = torch.inf
    assert contour_chamfer(spoilt, [outline(square_mask())]).item() > 0.4


def test_a_real_contour_agrees_with_opencv():
    mask = np.zeros((512, 512), np.uint8)
    cv2.circle(mask, (250, 260), 120, 1, -1)
    (chain,), _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    theirs = (2 * chain[:, 0] + 1) / 512 - 1
    distance = torch.cdist(outline(mask), torch.from_numpy(theirs).float())
    assert max(distance.amin(0).max(), distance.amin(1).max()) < 1.5 * 2 / 512
