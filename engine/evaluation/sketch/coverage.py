"""Precision, recall, density and coverage by nearest neighbours."""

import torch
from torch import Tensor

from .distances import distance_blocks, nearest

NEIGHBOURS = 5


def precision_recall(generated: Tensor, real: Tensor, neighbours: int = NEIGHBOURS) -> dict[str, float]:
    """How much of the generated set lies among the real one and the other way round.

    A ball around each vector reaches to its k-th nearest neighbour in its own set.
    ``precision``: share of generated vectors in a real ball. ``recall``: share of real vectors in a generated ball.
    ``density``: real balls that a generated vector lies in, divided by k; may exceed 1.
    ``coverage``: share of real balls that hold a generated vector.

    Args:
        generated: (N, D).
        real: (M, D).
        neighbours: k; both sets need more vectors than this.

    Raises:
        ValueError: a set of too few vectors.

    Source: Kynkaanniemi et al. (2019); Naeem et al. (2020) for density and coverage.
    """
    if min(len(generated), len(real)) <= neighbours:
        raise ValueError(
            f"precision and recall: got sets of {len(generated)} and {len(real)} vectors, expected more than {neighbours}"
        )
    # The nearest vector of one's own set is oneself.
    real_radius, _ = nearest(real, real, neighbours + 1)
    radius, _ = nearest(generated, generated, neighbours + 1)
    in_real = torch.zeros(len(generated))
    recalled, covered = torch.zeros(len(real), dtype=torch.bool), torch.zeros(len(real), dtype=torch.bool)
    for rows, block in distance_blocks(generated, real):
        inside = block <= real_radius
        in_real[rows] = inside.sum(1).float().cpu()
        covered |= inside.any(0).cpu()
        recalled |= (block <= radius[rows, None]).any(0).cpu()
    return {
        "precision": float((in_real > 0).double().mean()),
        "recall": float(recalled.double().mean()),
        "density": float(in_real.double().mean()) / neighbours,
        "coverage": float(covered.double().mean()),
    }
