"""Predictions brought nearer to their images by gradients."""

import torch
from scene_toys import vectors
from torch import Tensor, nn

from stillhouse.datasets.scene.encoding import field, to_batch
from stillhouse.engine.evaluation.scene.refinement import refine

ALPHA, ANGLE = field("alphaFactor").slice.start, field("gradientAngle").slice.start


class Grey(nn.Module):
    """The upper half is as bright as alphaFactor, the lower half as the cosine of the gradient's angle."""

    def forward(self, batch, size: int) -> Tensor:
        upper, lower = batch.values["alphaFactor"], 0.5 + 0.5 * batch.values["gradientAngle"].cos()
        halves = torch.stack([upper, lower], 1)[:, None, :, None]
        return halves.expand(-1, 3, 2, size).repeat_interleave(size // 2, 2)


def params(alpha: float, angle: float, count: int = 20) -> Tensor:
    found = vectors(count)
    found[:, ALPHA], found[:, ANGLE] = alpha, angle
    return found


def image(vectors: Tensor) -> Tensor:
    return Grey()(to_batch(vectors), 8)


def test_numbers_move_to_the_image_and_nothing_else_does():
    wanted, told = params(0.6, 0.5), []
    start = params(0.5, 0.56)
    found = refine(start, image(wanted), Grey(), 30, told.append)
    assert (image(found) - image(wanted)).abs().max() < 0.02 < (image(start) - image(wanted)).abs().max()
    others = [place for place in range(start.shape[1]) if place not in (ALPHA, ANGLE)]
    assert torch.equal(found[:, others], start[:, others])
    assert told == [16, 20], "in parts"


def test_an_angle_goes_on_beyond_its_range():
    found = refine(params(0.5, 0.99, 2), image(params(0.5, 0.06, 2)), Grey(), 40)
    assert found[:, ANGLE].min() >= 0 and found[:, ANGLE].max() <= 1


def test_numbers_stay_in_their_range():
    brighter = torch.ones(2, 3, 8, 8)
    assert refine(params(0.97, 0.5, 2), brighter, Grey(), 20)[:, ALPHA].max() <= 1


def test_the_first_vector_counts_and_the_best_is_kept():
    right = params(0.5, 0.5, 2)
    assert torch.equal(refine(right, image(right), Grey(), 5), right)
    assert torch.equal(refine(right, torch.zeros(2, 3, 8, 8), Grey(), 0), right)
