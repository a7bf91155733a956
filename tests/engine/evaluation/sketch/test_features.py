"""Sketches as vectors: what each block holds, and on which scale."""

import pytest
import torch
from sketch_toys import toys

from stillhouse.engine.evaluation.sketch.features import BezierFeatures, bezier_blocks, sane

LINE = torch.tensor(
    [[[[0.0, 0.0], [0.1, 0.0], [0.2, 0.0], [0.3, 0.0]], [[0.3, 0.0], [0.3, 0.2], [0.3, 0.4], [0.3, 0.6]]]]
)


def test_by_hand():
    points, quantiles, mean, covariance, length, chords, turns = bezier_blocks(LINE)
    assert torch.equal(points, LINE.flatten(1)) and quantiles.shape == (1, 64)
    # Eight directions a rank: 0 is x, 4 is y; the first and last ranks are the extremes.
    torch.testing.assert_close(quantiles[0, [0, 56, 4, 60]], torch.tensor([0.0375, 0.3, 0.0, 0.525]))
    torch.testing.assert_close(mean, torch.tensor([[0.225, 0.15]]))
    assert covariance[0, :2].min() > 0 and covariance[0, 2] > 0
    torch.testing.assert_close(length, torch.tensor([[0.9]]))
    # Chords of .3 and .6 at the bins 2.1 and 4.2.
    torch.testing.assert_close(chords, torch.tensor([[0, 0, 0.45, 0.05, 0.4, 0.1, 0, 0]]), atol=1e-6, rtol=0)
    torch.testing.assert_close(turns, torch.tensor([[0.15, 0, 0, 0, 0.3, 0, 0, 0]]), atol=1e-6, rtol=0)


def test_only_the_first_block_knows_order_and_direction():
    sketches, _ = toys(2)
    before, after = bezier_blocks(sketches), bezier_blocks(sketches.flip(1).flip(2))
    assert (before[0] - after[0]).abs().max() > 0.1
    for one, other in zip(before[1:], after[1:]):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_three_equal_weights_and_a_scale_that_the_generated_cannot_change():
    real, _ = toys(40)
    scale = BezierFeatures.fit(real)
    found = scale(real)
    sizes = [block.shape[1] for block in bezier_blocks(real)]
    torch.testing.assert_close(found.mean(0), torch.zeros(found.shape[1]), atol=1e-4, rtol=0)
    variances = torch.stack([block.var(0, correction=0).sum() for block in found.split(sizes, 1)])
    torch.testing.assert_close(variances, torch.tensor([1, 1] + [0.2] * 5), atol=1e-4, rtol=0)
    alone = scale(toys(1, seed=1)[0])
    torch.testing.assert_close(scale(torch.cat([toys(1, seed=1)[0], 3 * real]))[:4], alone)


def test_a_sketch_that_is_not_finite_is_far_away_and_finite():
    real, _ = toys(10)
    scale = BezierFeatures.fit(real)
    for value in (torch.nan, torch.inf, 1e30):
        found = scale(torch.full_like(real[:1], value))
        assert found.isfinite().all() and found.norm() > 2 * scale(real).norm(dim=1).max()
    assert torch.equal(sane(torch.full((1, 1, 4, 2), -torch.inf)), torch.full((1, 1, 4, 2), -4.0))


def test_a_set_that_does_not_vary_gives_finite_features():
    real = toys(1)[0][:1].expand(5, -1, -1, -1)
    assert BezierFeatures.fit(real)(real).abs().max() < 1e-2


def test_what_it_refuses():
    real, _ = toys(3)
    with pytest.raises(ValueError, match=r"strokes are \(16, 4, 2\), expected \(N, S, 4, 2\)"):
        bezier_blocks(real[0])
    with pytest.raises(ValueError, match="with at least one stroke"):
        bezier_blocks(real[:0])
    with pytest.raises(ValueError, match="sketches of 15 strokes beside real ones of 16, expected as many"):
        BezierFeatures.fit(real)(real[:, 1:])
