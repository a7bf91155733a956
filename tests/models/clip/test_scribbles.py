"""Drawings of nothing."""

import torch

from stillhouse.models.clip import random_scribbles, scribbles_like, shaken


def test_random_scribbles_begin_on_the_canvas_and_differ():
    torch.manual_seed(0)
    found = random_scribbles(50, 8)
    assert found.shape == (50, 8, 4, 2) and found[..., 0, :].abs().max() <= 0.9
    assert (found.abs() < 1.5).double().mean() > 0.9
    extents = (found[..., 3, :] - found[..., 0, :]).norm(dim=-1).mean(1)
    assert extents.max() > 2 * extents.min(), "some scribbles have long strokes, some short ones"


def test_shaken_sketches_keep_their_place_within_the_noise():
    torch.manual_seed(0)
    strokes = torch.zeros(200, 8, 4, 2)
    spread = shaken(strokes).std((1, 2, 3))
    assert 0.05 < spread.min() < 0.12 and 0.24 < spread.max() < 0.36


def test_half_are_random_and_half_are_shaken_sketches_of_the_batch():
    strokes = torch.full((3, 8, 4, 2), 7.0)
    found = scribbles_like(strokes, 5)
    near = (found.mean((1, 2, 3)) - 7).abs() < 1
    assert near.tolist() == [False, False, True, True, True]
    before = torch.random.get_rng_state()
    assert scribbles_like(strokes, 0).shape == (0, 8, 4, 2)
    assert torch.equal(torch.random.get_rng_state(), before), "none costs no random number"
