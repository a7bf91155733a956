"""Random views of photos and sketches."""

import pytest
import torch

from stillhouse.models.clip import colour_jitter, random_warps, warp_images, warp_strokes
from stillhouse.models.clip.views import random_widths
from stillhouse.registry import MODELS


def strokes(batch: int = 3) -> torch.Tensor:
    return 0.35 * torch.randn(batch, 6, 4, 2, generator=torch.Generator().manual_seed(0))


def test_a_picture_of_warped_strokes_is_the_warped_picture():
    renderer = MODELS.build(dict(type="BezierRasterizer", canvas_size=96, stroke_width=4.0))
    warps = random_warps(strokes(), rotation=0.5, shift=0.2)
    drawn = renderer(warp_strokes(strokes(), warps))
    moved = warp_images(renderer(strokes()).unsqueeze(1).expand(-1, 3, -1, -1), warps)[:, 0]
    unmoved = renderer(strokes())
    # The pen scales with a picture and not with strokes, so the two are not the same.
    assert (drawn - moved).square().mean() < 0.25 * (drawn - unmoved).square().mean()
    ink, ink_moved = 1 - drawn, 1 - moved
    assert torch.cosine_similarity(ink.flatten(1), ink_moved.flatten(1)).min() > 0.93


def test_warps_are_similarities_within_their_range():
    warps = random_warps(torch.zeros(200, 1), scale=(0.5, 2.0), rotation=0.3, shift=0.1)
    turn, shift = warps[..., :2], warps[..., 2]
    factor = turn.det().sqrt()
    eye = torch.eye(2).expand(200, 2, 2)
    torch.testing.assert_close(turn @ turn.mT, factor.square()[:, None, None] * eye, atol=1e-5, rtol=0)
    assert 0.5 <= factor.min() < 0.6 and 1.8 < factor.max() <= 2.0
    assert torch.atan2(turn[:, 1, 0], turn[:, 0, 0]).abs().max() <= 0.3 and 0.09 < shift.abs().max() <= 0.1


def test_no_warp_changes_nothing():
    still = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).expand(2, 2, 3)
    images = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(warp_images(images, still), images)
    assert torch.equal(warp_strokes(strokes(2), still), strokes(2))


def test_white_paper_stays_white_beyond_its_border():
    white = torch.ones(5, 3, 16, 16)
    torch.testing.assert_close(warp_images(white, random_warps(torch.zeros(5, 1))), white)


def test_colours_change_within_range_and_some_are_lost():
    images = torch.rand(64, 3, 4, 4)
    changed = colour_jitter(images, grey=0.5)
    without = (changed[:, :1] == changed).all((1, 2, 3))
    assert changed.min() >= 0 and changed.max() <= 1 and 16 < without.sum() < 48
    torch.testing.assert_close(colour_jitter(images, gain=0.0, offset=0.0, grey=0.0), images)


def test_widths_are_drawn_evenly_on_a_logarithmic_scale():
    widths = random_widths(torch.zeros(4000, 1), 0.5, 2.0)
    assert widths.shape == (4000, 1) and widths.min() >= 0.5 and widths.max() <= 2.0
    assert (widths < 1).double().mean().item() == pytest.approx(0.5, abs=0.03)
