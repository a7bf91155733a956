"""Scores from comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...preferences.bradley_terry import bradley_terry


@dataclass(frozen=True)
class Ranking:
    """What comparisons say of images.

    Attributes:
        scores: (N,) in (0, 1), the mean probability of winning against another of them.
        agreement: share of the comparisons, undecided ones apart, that the scores get right; NaN without any.
        compared: (N,) how many comparisons each image was in.
    """

    scores: np.ndarray
    agreement: float
    compared: np.ndarray


def rank(count: int, wins: Mapping[tuple[int, int], float], games: Mapping[tuple[int, int], float]) -> Ranking:
    """Fit strengths to comparisons, however few of the pairs were compared.

    Args:
        count: N, of images.
        wins: (i, j) -> how often, or how probably, i beat j, from 0 to the games of the pair; each pair stands there once.
        games: (i, j) -> how often the pair was compared.

    Source: Bradley and Terry, Rank Analysis of Incomplete Block Designs, Biometrika 39, 1952.
    """
    table, compared = np.zeros((count, count)), np.zeros(count)
    for (i, j), won in wins.items():
        table[i, j] += won
        table[j, i] += games[i, j] - won
        compared[[i, j]] += games[i, j]
    # A game against all others together: where few of many pairs were compared, the usual half a game a pair would drown them.
    strengths = bradley_terry(table, prior=1 / (2 * max(1, count - 1)))
    chances = 1 / (1 + np.exp(strengths[None, :] - strengths[:, None]))
    scores = (chances.sum(1) - 0.5) / max(1, count - 1) if count > 1 else np.full(count, 0.5)
    return Ranking(scores, _agreement(scores, wins, games), compared)


def _agreement(scores: np.ndarray, wins: Mapping, games: Mapping) -> float:
    told = [(i, j, 2 * won - games[i, j]) for (i, j), won in wins.items() if abs(2 * won - games[i, j]) > 1e-9]
    right = [(scores[i] - scores[j]) * margin > 0 for i, j, margin in told]
    return float(np.mean(right)) if right else float("nan")
