"""Bradley-Terry scores."""

import numpy as np
import pytest

from stillhouse.engine.preferences import bootstrap_scores, bradley_terry


def test_two_players_by_hand():
    # Without a prior the odds are 3 : 1.
    score = bradley_terry(np.array([[0, 30], [10, 0]]), prior=1e-6)
    assert score[0] - score[1] == pytest.approx(np.log(3), abs=1e-4)
    assert score.sum() == pytest.approx(0)


def test_the_gradient_of_the_likelihood_vanishes():
    wins = np.random.default_rng(0).integers(0, 30, (5, 5)).astype(float)
    score = bradley_terry(wins, prior=1e-9)
    games = wins + wins.T
    chance = 1 / (1 + np.exp(score[None] - score[:, None]))
    off = ~np.eye(5, dtype=bool)
    gained = np.where(off, wins - games * chance, 0).sum(1)
    assert np.abs(gained).max() < 1e-4


def test_a_clean_sweep_and_strangers_stay_finite():
    score = bradley_terry(np.array([[0, 50, 0], [0, 0, 0], [0, 0, 0]]))
    assert np.isfinite(score).all() and score[0] > score[2] > score[1]
    assert bradley_terry(np.zeros((3, 3))).tolist() == [0, 0, 0]
    assert bradley_terry(np.array([[0, 500], [0, 0]]))[0] > bradley_terry(np.array([[0, 50], [0, 0]]))[0]


def test_ties_pull_together_and_leading_axes_are_problems_of_their_own():
    wins = np.array([[0, 8], [2, 0]])
    tied = wins + np.array([[0, 10], [10, 0]])
    both = bradley_terry(np.stack([wins, tied]))
    assert both[0, 0] > both[1, 0] > 0
    assert both[0] == pytest.approx(bradley_terry(wins)) and both[1] == pytest.approx(bradley_terry(tied))


def test_the_diagonal_is_not_read_and_the_input_is_kept():
    wins = np.array([[99.0, 3], [1, 99]])
    assert bradley_terry(wins) == pytest.approx(bradley_terry(np.array([[0, 3], [1, 0]]))) and wins[0, 0] == 99


@pytest.mark.parametrize("wins", [np.zeros((2, 3)), np.zeros(3), np.array([[0, -1], [0, 0]]), np.full((2, 2), np.nan)])
def test_counts_that_are_none(wins: np.ndarray):
    with pytest.raises(ValueError, match=r"expected \(..., K, K\) finite counts"):
        bradley_terry(wins)


def test_a_prior_is_needed():
    with pytest.raises(ValueError, match="got the prior 0, expected a number above 0"):
        bradley_terry(np.zeros((2, 2)), prior=0)


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says():
    draw, hits, truth = np.random.default_rng(1), 0, np.log(7 / 3) / 2
    for seed in range(60):
        won = draw.binomial(100, 0.7)
        _, low, high = bootstrap_scores(np.array([[0, won], [100 - won, 0]]), np.zeros((2, 2)), seed, 200)
        hits += low[0] <= truth <= high[0]
    assert hits >= 50


def test_the_bootstrap_repeats_with_its_seed_and_counts_ties_once():
    wins, ties = np.array([[0, 20], [10, 0]]), np.array([[0, 12], [12, 0]])
    first, again, other = (bootstrap_scores(wins, ties, seed, 100) for seed in (0, 0, 1))
    assert all(np.array_equal(*both) for both in zip(first, again)) and not np.array_equal(first[1], other[1])
    assert first[0] == pytest.approx(bradley_terry(np.array([[0, 26], [16, 0]])))
    assert (first[1] < first[0]).all() and (first[0] < first[2]).all()
    # All games tied: every draw is the same.
    score, low, high = bootstrap_scores(np.zeros((2, 2)), ties, 0, 50)
    assert score.tolist() == low.tolist() == high.tolist() == [0, 0]


def test_nothing_to_draw():
    for size in (1, 3):
        assert bootstrap_scores(np.zeros((size, size)), np.zeros((size, size)))[1].tolist() == [0] * size
