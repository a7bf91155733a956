"""Scores from comparisons."""

import math

import numpy as np
import pytest

from stillhouse.engine.scene.curation.pairing import rings
from stillhouse.engine.scene.curation.ranking import rank


def test_two_images_by_hand():
    # Three of four games and a half won beside: 3.5 to 1.5.
    ranking = rank(2, {(0, 1): 3.0}, {(0, 1): 4.0})
    assert ranking.scores == pytest.approx([0.7, 0.3], abs=1e-6)
    assert ranking.agreement == 1 and ranking.compared.tolist() == [4, 4]


def test_an_order_is_found_again_from_few_noisy_pairs():
    count, draw = 60, np.random.default_rng(0)
    truth = draw.normal(size=count) * 2
    pairs = rings([str(i) for i in range(count)], 6)
    wins = {(i, j): float(draw.random() < 1 / (1 + math.exp(truth[j] - truth[i]))) for i, j in pairs}
    ranking = rank(count, wins, dict.fromkeys(wins, 1.0))
    ranks = [np.argsort(np.argsort(values)) for values in (truth, ranking.scores)]
    assert np.corrcoef(*ranks)[0, 1] > 0.8
    assert 0.75 < ranking.agreement <= 1 and (ranking.scores > 0).all() and (ranking.scores < 1).all()
    assert ranking.scores.std() > 0.15, "the prior drowns the answers"


def test_nothing_compared_and_nothing_decided():
    assert rank(1, {}, {}).scores.tolist() == [0.5]
    ranking = rank(3, {(0, 1): 0.5}, {(0, 1): 1.0})
    assert ranking.scores == pytest.approx([0.5] * 3) and math.isnan(ranking.agreement)
