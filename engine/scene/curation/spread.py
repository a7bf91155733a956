"""Whether scores tell scenes apart."""

from dataclasses import dataclass

import numpy as np

LEAST_DEVIATION = 0.03
MOST_TIED = 0.2
LEAST_VALUES = 0.1


@dataclass(frozen=True)
class Spread:
    """Of scores in [0, 1].

    Attributes:
        count: of scores.
        values: different ones, to three digits.
        tied: share of the most frequent.
        deviation: standard deviation.
        quantiles: least, 10 %, median, 90 %, most.
    """

    count: int
    values: int
    tied: float
    deviation: float
    quantiles: tuple[float, ...]

    @classmethod
    def of(cls, scores: np.ndarray) -> "Spread":
        """Of scores (N,), N at least 1."""
        counts = np.unique(np.round(scores, 3), return_counts=True)[1]
        quantiles = tuple(float(value) for value in np.quantile(scores, (0, 0.1, 0.5, 0.9, 1)))
        return cls(len(scores), len(counts), float(counts.max() / len(scores)), float(scores.std()), quantiles)

    def warnings(self) -> list[str]:
        """Why the scores hardly tell scenes apart; empty where they do."""
        if self.count < 5:
            return [f"{self.count} scores say little of a spread"]
        checks = (
            (self.deviation < LEAST_DEVIATION, f"their standard deviation is {self.deviation:.3f}"),
            (self.tied > MOST_TIED, f"{self.tied:.0%} of them are the same"),
            (self.values < LEAST_VALUES * self.count, f"they have {self.values} different values"),
        )
        return [text for holds, text in checks if holds]

    def __str__(self) -> str:
        least, low, median, high, most = self.quantiles
        return (
            f"{self.count} scores, {self.values} different, the most frequent {self.tied:.0%} of them; from {least:.3f} "
            f"to {most:.3f}, middle {median:.3f}, 80 % within {low:.3f} to {high:.3f}, standard deviation {self.deviation:.3f}"
        )
