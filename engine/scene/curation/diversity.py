"""How different the chosen scenes are from each other, beside scenes chosen at random."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...tables import markdown_table
from .novelty import neighbour_distances, squared_distances

DRAWS = 500
DUPLICATE = 0.1  # of the median distance between candidates; what is nearer is nearly the same
LEAST_RATIO = 1.3


@dataclass(frozen=True)
class Diversity:
    """By one kind of features.

    Attributes:
        features: their name.
        chosen: mean distance of the chosen scenes to their nearest neighbour among them.
        random: the same of as many scenes chosen at random, the mean over many draws.
        random_high: what 97.5 % of these draws stay below.
        median: distance between two candidates.
        closest: the smallest distance between two chosen scenes.
        near_duplicates: pairs of chosen scenes nearer than a tenth of the median.
    """

    features: str
    chosen: float
    random: float
    random_high: float
    median: float
    closest: float
    near_duplicates: int

    @property
    def ratio(self) -> float:
        """Chosen to random."""
        return self.chosen / max(self.random, 1e-12)

    @property
    def holds(self) -> bool:
        """Whether the chosen ones are at least 1.3 times as far apart, and none nearly the same."""
        return self.ratio >= LEAST_RATIO and not self.near_duplicates


def diversity(name: str, chosen: Tensor, candidates: Tensor, seed: int = 0) -> Diversity:
    """Compare chosen scenes with random ones.

    Args:
        name: of the features.
        chosen: (N, D), N at least 2.
        candidates: (M, D), M at least N: a sample of what could have been chosen.
        seed: of the draws.
    """
    generator, count = torch.Generator().manual_seed(seed), len(chosen)
    everything = squared_distances(candidates, candidates)
    apart = everything[torch.ones_like(everything).triu(1) > 0].median()
    everything.fill_diagonal_(torch.inf)
    means = []
    for _ in range(DRAWS):
        drawn = torch.randperm(len(candidates), generator=generator)[:count]
        means.append(everything[drawn][:, drawn].amin(1).mean())
    pairs = squared_distances(chosen, chosen)[torch.ones(count, count).triu(1) > 0]
    draws = torch.stack(means)
    return Diversity(
        name, float(neighbour_distances(chosen).mean()), float(draws.mean()), float(draws.quantile(0.975)), float(apart),
        float(pairs.min()), int((pairs < DUPLICATE * apart).sum()),
    )  # fmt: skip


def table(rows: Sequence[Diversity]) -> str:
    """The figures as a table in Markdown."""
    head = ("features", "chosen", "random", "97.5 % of draws below", "ratio", "closest pair", "near-duplicates")
    return markdown_table(head, [_cells(row) for row in rows])


def _cells(row: Diversity) -> list:
    closest = f"{row.closest:.4f} ({row.closest / max(row.median, 1e-12):.2f} of the median)"
    means = [f"{value:.4f}" for value in (row.chosen, row.random, row.random_high)]
    return [row.features, *means, f"{row.ratio:.2f}", closest, row.near_duplicates]
