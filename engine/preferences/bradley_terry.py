"""Strengths of competitors from who beat whom."""

import numpy as np


def bradley_terry(wins: np.ndarray, prior: float = 0.5, tolerance: float = 1e-8, max_iters: int = 10_000) -> np.ndarray:
    """The log strengths under which ``P(i beats j) = 1 / (1 + exp(s_j - s_i))`` fits best, by the MM algorithm.

    Every two competitors also win ``prior`` games against each other, so that a clean sweep stays finite and groups that never
    met can be compared.

    Args:
        wins: (..., K, K), [i, j] how often i beat j, a tie as a half for both; the diagonal is not read. Leading axes are
            problems of their own.
        prior: above 0.
        tolerance: of the log strengths at the end.
        max_iters: at most.

    Returns:
        (..., K) log strengths with the mean 0.

    Raises:
        ValueError: no square of finite numbers at least 0, or a prior that is not above 0.

    Source: Hunter, MM algorithms for generalized Bradley-Terry models, Annals of Statistics 32, 2004, equation 3.
    """
    counts = _checked(wins, prior)
    won, games = counts.sum(-1), counts + counts.swapaxes(-1, -2)
    score = np.zeros(won.shape)
    if won.shape[-1] < 2:
        return score
    for _ in range(max_iters):
        strength = np.exp(score)
        rivals = (games / (strength[..., :, None] + strength[..., None, :])).sum(-1)
        updated = np.log(won / rivals)
        updated -= updated.mean(-1, keepdims=True)
        change = np.abs(updated - score).max(initial=0.0)
        score = updated
        if change < tolerance:
            break
    return score


def bootstrap_scores(
    wins: np.ndarray, ties: np.ndarray, seed: int = 0, samples: int = 500, prior: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log strengths with their 95 % intervals, by drawing the games again.

    Args:
        wins: (K, K), [i, j] how often i beat j.
        ties: (K, K) symmetric, how often i and j tied; each counts as half a win for both.
        seed: of the draws.
        samples: draws.
        prior: see ``bradley_terry``.

    Returns:
        (K,) scores, lower and upper ends. The games count as independent: where few annotators judged many pairs each, the
        intervals are too narrow.
    """
    score = bradley_terry(wins + ties / 2, prior)
    upper = np.triu(np.ones(wins.shape, bool), 1)
    off = ~np.eye(len(wins), dtype=bool)
    cells = np.concatenate([wins[off], ties[upper]]).astype(np.int64)
    total = int(cells.sum())
    if total == 0 or len(wins) < 2:
        return score, score, score
    drawn = np.random.default_rng(seed).multinomial(total, cells / total, size=samples)
    again = np.zeros((samples, *wins.shape))
    again[:, off] = drawn[:, : off.sum()]
    halves = np.zeros_like(again)
    halves[:, upper] = drawn[:, off.sum() :] / 2
    found = bradley_terry(again + halves + halves.swapaxes(-1, -2), prior, 1e-5, 2000)
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    return score, low, high


def _checked(wins: np.ndarray, prior: float) -> np.ndarray:
    """The wins with those of the prior, and none against oneself."""
    counts = np.array(wins, np.float64)
    if counts.ndim < 2 or counts.shape[-1] != counts.shape[-2] or not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError(f"bradley_terry: got wins of shape {counts.shape}, expected (..., K, K) finite counts from 0")
    if not prior > 0:
        raise ValueError(f"bradley_terry: got the prior {prior}, expected a number above 0; 0.5 is the default")
    counts += prior
    diagonal = np.arange(counts.shape[-1])
    counts[..., diagonal, diagonal] = 0
    return counts
