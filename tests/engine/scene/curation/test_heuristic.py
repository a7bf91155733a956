"""The stated taste."""

import math

import pytest
import torch

from stillhouse.engine.scene.curation.heuristic import Heuristic, aesthetic, coverage, entropy, symmetry


def figure(*boxes) -> torch.Tensor:
    image = torch.zeros(64, 64)
    for top, left, height, width in boxes:
        image[top : top + height, left : left + width] = 1
    return image


def test_symmetry_wherever_the_figure_is():
    cross = figure((10, 4, 4, 20), (2, 12, 20, 4))
    lopsided = figure((5, 5, 30, 4), (31, 9, 4, 12), (12, 9, 4, 5), (40, 40, 3, 9), (50, 8, 9, 2))
    scores = symmetry(torch.stack([cross, cross.roll((20, 25), (0, 1)), lopsided]))
    assert scores[0] == pytest.approx(1, abs=1e-3) and scores[1] == pytest.approx(1, abs=1e-3)
    assert scores[2] < 0.8
    assert symmetry(torch.zeros(1, 64, 64)) == 0 == symmetry(torch.ones(1, 64, 64))


def test_coverage_and_entropy_by_hand():
    half = torch.zeros(1, 4, 4)
    half[:, :2] = 1
    assert coverage(half) == 0.5
    assert entropy(half).item() == pytest.approx(math.log(2) / math.log(32))
    assert entropy(torch.ones(1, 4, 4)) == 0


def test_empty_and_full_images_are_worst():
    cross = figure((28, 4, 8, 56), (4, 28, 56, 8)) * torch.linspace(0.3, 1, 64)
    images = torch.stack([torch.zeros(64, 64), torch.ones(64, 64), cross])[:, None].expand(3, 3, 64, 64)
    scores = aesthetic(images)
    assert scores[0] == 0 and scores[1] == 0 and scores[2] > 0.5
    assert torch.allclose(aesthetic(images.repeat_interleave(2, -1).repeat_interleave(2, -2)), scores, atol=1e-5)


def test_the_judge_prefers_the_higher_score():
    images = (
        torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        * torch.tensor([0.02, 0.3, 1])[:, None, None, None]
    )
    judge = Heuristic()
    first, second, _ = judge.rate(list(images))
    found = judge.compare([(images[0], images[1]), (images[1], images[0]), (images[2], images[2])])
    assert found[0] == pytest.approx(1 / (1 + math.exp((second - first) / 0.1)), abs=1e-5)
    assert found[0] + found[1] == pytest.approx(1) and found[2] == 0.5
