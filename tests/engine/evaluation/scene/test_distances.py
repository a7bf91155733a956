"""Distances between images."""

import pytest
import torch

from stillhouse.engine.evaluation.scene.distances import (
    PerceptualDistance,
    absolute_error,
    compare,
    distances,
    structural_similarity,
)


def stroke(row: int = 10) -> torch.Tensor:
    image = torch.zeros(1, 3, 32, 32)
    image[:, :, row] = 1
    return image


def test_absolute_error_by_hand():
    assert absolute_error(torch.zeros(1, 3, 32, 32), stroke()).item() == pytest.approx(1 / 32)


def test_similarity_is_one_for_equal_images_and_flatters_black_ones():
    assert structural_similarity(stroke(), stroke()).item() == pytest.approx(1, abs=1e-4)
    beside = structural_similarity(stroke(12), stroke())
    assert structural_similarity(torch.zeros(1, 3, 32, 32), stroke()) > beside, "as the report says"


def test_every_distance_of_every_pair():
    images, targets = torch.rand(300, 3, 16, 16), torch.rand(300, 3, 16, 16)
    found = compare(images, targets, distances())
    assert list(found) == ["l1", "foreground", "ssim"]
    assert all(values.shape == (300,) for values in found.values())
    torch.testing.assert_close(found["l1"][299:], absolute_error(images[299:], targets[299:]))
    alone = structural_similarity(images[299:], targets[299:])
    torch.testing.assert_close(found["ssim"][299:], alone)


def test_a_perceptual_distance_where_it_is_asked_for():
    measures = distances(PerceptualDistance("random"))
    found = compare(torch.cat([stroke(), stroke(20)]), torch.cat([stroke(), stroke()]), measures)
    assert found["lpips"][0] == 0 < found["lpips"][1]
