"""A simulated annotator: a stated rule, seen through human weaknesses."""

import math
import random
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from .rules import score

RATINGS = 5


class SimulatedAnnotator:
    """Prefers by a rule, with flips, a liking for one side, and growing tiredness.

    The worse sketch is chosen with the probability ``noise + fatigue * answers so far``, at most a half; the side shown left
    gains ``position_bias`` in log odds. An annotator without noise is not swayed by the side.

    Args:
        rule: of ``rules.RULES``.
        noise: probability of a flipped answer, 0 to 0.5.
        position_bias: log odds added for the left side; 0 for none.
        fatigue: noise added by each answer given, at least 0.
        tie_margin: scores that differ by at most this are a tie; in units of the rule, at least 0.
        seed: of the flips.
        name: in the records.

    Attributes:
        answers: given so far.

    Raises:
        ValueError: an argument out of its range.
    """

    def __init__(
        self, rule: str = "smooth", noise: float = 0.0, position_bias: float = 0.0, fatigue: float = 0.0,
        tie_margin: float = 0.0, seed: int = 0, name: str = "simulated",
    ) -> None:  # fmt: skip
        score(rule, torch.zeros(1, 1, 4, 2))
        _check(noise, position_bias, fatigue, tie_margin)
        self.rule, self.noise, self.position_bias, self.fatigue = rule, noise, position_bias, fatigue
        self.tie_margin, self.name, self.answers = tie_margin, name, 0
        self._random = random.Random(f"annotator {seed}")
        self._ratings: list[float] | None = None

    def answer(self, a: Tensor, b: Tensor, label: int | None = None, swapped: bool = False) -> str:
        """A choice.

        Args:
            a, b: (S, 4, 2) or (S, 8).
            label: for rules that look at it.
            swapped: a is shown on the right.

        Returns:
            ``a``, ``b`` or ``tie``.
        """
        noise = self._tired()
        # Drawn even for a tie, so that the n-th answer depends on the n-th draw alone.
        draw = self._random.random()
        first, second = self._score(a, label), self._score(b, label)
        if abs(first - second) <= self.tie_margin:
            return "tie"
        left_is_better = (first > second) != swapped
        chance_left = _biased(1 - noise if left_is_better else noise, self.position_bias)
        return "a" if (draw < chance_left) != swapped else "b"

    def rate(self, strokes: Tensor, label: int | None = None) -> int:
        """A rating from 1 to 5; noise mirrors it: 5 becomes 1.

        Raises:
            ValueError: ``calibrate`` has not been called.
        """
        if self._ratings is None:
            raise ValueError("rate: got no scale, expected one; call calibrate with some hundred sketches first")
        noise = self._tired()
        mirrored = self._random.random() < noise
        rating = 1 + int(np.searchsorted(self._ratings, self._score(strokes, label), side="right"))
        return RATINGS + 1 - rating if mirrored else rating

    def calibrate(self, strokes: Tensor, label: Tensor | None = None) -> None:
        """Set the scale of ``rate`` so that each rating is given to a fifth of these (B, S, 4, 2) sketches."""
        found = score(self.rule, strokes, label).double().cpu().numpy()
        self._ratings = np.quantile(found, np.arange(1, RATINGS) / RATINGS).tolist()

    def win_rate(self, strokes: Tensor, others: Tensor, label: Tensor | None = None) -> float:
        """The share of rows in which ``strokes`` beats ``others`` by the rule itself, without noise; a tie counts a half."""
        gain = score(self.rule, strokes, label) - score(self.rule, others, label)
        return float((gain > self.tie_margin).double().mean() + 0.5 * (gain.abs() <= self.tie_margin).double().mean())

    def _tired(self) -> float:
        noise = min(0.5, self.noise + self.fatigue * self.answers)
        self.answers += 1
        return noise

    def _score(self, strokes: Tensor, label: int | None) -> float:
        labels = None if label is None else torch.tensor([label])
        return float(score(self.rule, strokes.double()[None], labels))


def _biased(chance: float, bias: float) -> float:
    """The probability with ``bias`` added to its log odds."""
    gained = chance * math.exp(bias)
    return gained / (gained + 1 - chance)


def _check(noise: float, position_bias: float, fatigue: float, tie_margin: float) -> None:
    ranges: Sequence[tuple[str, float, bool, str]] = (
        ("noise", noise, 0 <= noise <= 0.5, "a probability from 0 to 0.5"),
        ("position_bias", position_bias, abs(position_bias) <= 50, "log odds from -50 to 50"),
        ("fatigue", fatigue, 0 <= fatigue <= 1, "a probability an answer, from 0 to 1"),
        ("tie_margin", tie_margin, 0 <= tie_margin < math.inf, "a difference of scores from 0"),
    )
    for name, value, holds, expected in ranges:
        if not holds:
            raise ValueError(f"{name}: got {value}, expected {expected}")
