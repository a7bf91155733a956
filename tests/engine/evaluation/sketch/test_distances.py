"""MMD, Frechet distance, neighbours, diversity and repetition, by hand and against simple loops."""

import math

import pytest
import torch

from stillhouse.engine.evaluation.sketch.coverage import precision_recall
from stillhouse.engine.evaluation.sketch.distances import ROWS, distance_blocks, nearest
from stillhouse.engine.evaluation.sketch.diversity import diversity
from stillhouse.engine.evaluation.sketch.frechet import frechet, frechet_ratio
from stillhouse.engine.evaluation.sketch.mmd import bandwidth, discrepancy, mmd2
from stillhouse.engine.evaluation.sketch.nearest import repetition
from stillhouse.engine.evaluation.sketch.splits import halves, stratified, triples


def normal(count: int, width: int = 5, seed: int = 0, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed)) + shift


def zeros(count: int) -> torch.Tensor:
    return torch.zeros(count, dtype=torch.int64)


def test_blocks_hold_all_distances():
    one, other = normal(ROWS + 7), normal(9, seed=1)
    whole = torch.cat([block for _, block in distance_blocks(one, other)])
    torch.testing.assert_close(whole, (one[:, None] - other).norm(dim=-1), atol=1e-4, rtol=1e-4)
    second, index = nearest(one, other, 2)
    torch.testing.assert_close(second, whole.sort(1).values[:, 1])
    assert torch.equal(index, whole.argsort(1)[:, 1])


def test_mmd_by_hand():
    one, other, near = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.0], [3.0]]), math.exp(-0.5)
    cross = (1 + near + math.exp(-4.5) + math.exp(-2.0)) / 4
    assert mmd2(one, other, 1.0) == pytest.approx(near + math.exp(-4.5) - 2 * cross)
    assert mmd2(one, other, 1.0, biased=True) == pytest.approx((1 + near) / 2 + (1 + math.exp(-4.5)) / 2 - 2 * cross)
    assert bandwidth(torch.tensor([[0.0], [1.0], [3.0]])) == 2.0


def test_mmd_of_one_distribution_is_0_and_its_ratio_1_whatever_the_numbers():
    real, label = normal(200), zeros(200)
    for count in (60, 400):
        same = discrepancy(normal(count, seed=1), zeros(count), real, label)
        assert abs(same.value) < 0.01 and 0.7 < same.ratio < 1.5 and abs(same.real_mean) < 3 * same.real_std
        far = discrepancy(normal(count, seed=1, shift=0.5), zeros(count), real, label)
        assert far.value > 10 * same.real_std and far.ratio > 4


def test_frechet_of_known_gaussians():
    one = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    assert frechet(one, one) == pytest.approx(0, abs=1e-12)
    assert frechet(one, one + torch.tensor([3.0, 4.0])) == pytest.approx(25)
    # Doubled: the sum over dimensions of (2 - 1)^2 times the variances 2/3 and 8/3.
    assert frechet(one, 2 * one) == pytest.approx(10 / 3)
    assert frechet(one, 2 * one) == pytest.approx(frechet(2 * one, one))


def test_frechet_with_fewer_vectors_than_dimensions_and_without_variance():
    assert frechet(normal(4, 30), normal(4, 30)) == pytest.approx(0, abs=1e-9)
    assert frechet(torch.ones(3, 2), torch.zeros(3, 2)) == pytest.approx(2)
    assert 0.6 < frechet_ratio(normal(50, 30, 1), zeros(50), normal(100, 30), zeros(100)) < 1.6
    assert frechet_ratio(3 * normal(50, 30, 1), zeros(50), normal(100, 30), zeros(100)) > 2


def test_precision_and_recall_by_hand():
    real = torch.arange(6.0)[:, None] * torch.tensor([[1.0, 0.0]])
    generated = torch.cat([real[:2] + 0.1, torch.full((2, 2), 50.0)])
    found = precision_recall(generated, real, neighbours=1)
    # The radius of each real one is 1: the first generated lies in the balls of 0, 1 and the second in those of 1, 2.
    assert found["precision"] == 0.5 and found["coverage"] == 3 / 6
    assert found["density"] == pytest.approx(4 / 4)
    # Radii 1, 1, 0, 0 around .1, 1.1 and 50 reach the real 0, 1 and 1, 2.
    assert found["recall"] == 3 / 6


def test_precision_and_recall_of_one_distribution_and_of_part_of_it():
    real = normal(300, 2)
    same = precision_recall(normal(300, 2, seed=1), real)
    assert min(same["precision"], same["recall"], same["coverage"]) > 0.9 and 0.85 < same["density"] < 1.15
    narrow = precision_recall(0.1 * normal(300, 2, seed=1), real)
    assert narrow["precision"] == 1 and narrow["recall"] < 0.3 and narrow["coverage"] < 0.3


def test_diversity_by_class():
    real = torch.tensor([[0.0], [2.0], [0.0], [4.0], [9.0]])
    label = torch.tensor([0, 0, 1, 1, 2])
    generated = torch.tensor([[5.0], [6.0], [7.0], [11.0], [0.0], [1.0]])
    found = diversity(generated, torch.tensor([0, 0, 1, 1, 2, 2]), real, label)
    assert found == {"diversity": pytest.approx((0.5 + 1) / 2), "worst_diversity": 0.5}
    nothing = diversity(generated[:1], zeros(1), real, label)
    assert all(math.isnan(value) for value in nothing.values())


def test_copies_are_repetitions_and_new_ones_are_not():
    training, held_out = normal(400), normal(200, seed=1)
    copied = repetition(training[:100] + 1e-4, held_out, training)
    assert copied["nearest_ratio"] < 0.01 and copied["memorised"] == 1
    fresh = repetition(normal(400, seed=2), held_out, training)
    assert 0.9 < fresh["nearest_ratio"] < 1.1 and fresh["memorised"] < 0.04


def test_samples_keep_the_classes_in_proportion():
    label = torch.tensor([0] * 60 + [1] * 30 + [2] * 10)
    generator = torch.Generator().manual_seed(0)
    chosen = stratified(label, 20, generator)
    assert len(set(chosen.tolist())) == 20 and label[chosen].bincount().tolist() == [12, 6, 2]
    assert set(stratified(label, 100, generator).tolist()) == set(range(100))
    for first, second in halves(label, 3, seed=0):
        assert not set(first.tolist()) & set(second.tolist())
        assert label[first].bincount().tolist() == label[second].bincount().tolist() == [30, 15, 5]


def test_triples_are_of_one_size():
    for generated in (10, 1000):
        sides = (normal(generated), zeros(generated), normal(61), zeros(61))
        for three in triples(*sides, splits=2, seed=0):
            assert {len(one) for one in three} == {min(generated, 30)}


def test_what_they_refuse():
    few, many = normal(1), normal(10)
    with pytest.raises(ValueError, match="MMD: got sets of 1 and 10 vectors, expected at least 2 each"):
        mmd2(few, many, 1.0)
    with pytest.raises(ValueError, match="got 10 generated and 3 real vectors, expected 2 and 4 at least"):
        discrepancy(many, zeros(10), many[:3], zeros(3))
    with pytest.raises(ValueError, match="Frechet distance: got sets of 10 and 1 vectors, expected 2 at least"):
        frechet(many, few)
    with pytest.raises(ValueError, match="got sets of 5 and 10 vectors, expected more than 5"):
        precision_recall(many[:5], many)
