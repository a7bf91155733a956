"""Frechet distance of Gaussians fitted to two sets of vectors."""

import torch
from torch import Tensor

from .splits import triples

SPLITS = 4


def frechet(first: Tensor, second: Tensor) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1^1/2 C2 C1^1/2)^1/2), in float64.

    Square roots are taken by eigenvalues with negative ones, which are rounding, set to 0; singular covariances, those
    of fewer vectors than dimensions among them, need no correction.

    Args:
        first, second: (N, D) and (M, D), at least two rows each.

    Raises:
        ValueError: a set of fewer than two vectors.

    Source: Dowson and Landau (1982); as a metric of generators, Heusel et al. (2017).
    """
    if min(len(first), len(second)) < 2:
        raise ValueError(f"Frechet distance: got sets of {len(first)} and {len(second)} vectors, expected 2 at least")
    first, second = first.double(), second.double()
    one, two = (torch.cov(vectors.T).reshape(vectors.shape[1], -1) for vectors in (first, second))
    root = _root(one)
    cross = torch.linalg.eigvalsh(root @ two @ root).clamp_min(0).sqrt().sum()
    distance = (first.mean(0) - second.mean(0)).square().sum() + one.trace() + two.trace() - 2 * cross
    return max(float(distance), 0.0)


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T


def frechet_ratio(
    generated: Tensor, label: Tensor, real: Tensor, real_label: Tensor, splits: int = SPLITS, seed: int = 0
) -> float:  # fmt: skip
    """The distance from halves of the real vectors to as many generated ones, by that from each half to the other half.

    The estimate grows as samples get fewer; at equal numbers that cancels. Two samples of one distribution have 1.

    Args:
        generated, real: (N, D) and (M, D), at least two and four.
        label, real_label: (N,) and (M,) int64; halves hold the classes in proportion.
        splits: random halves.
        seed: of the halves, and of which generated vectors are set beside each.
    """
    own, other = 0.0, 0.0
    for drawn, first, second in triples(generated, label, real, real_label, splits, seed):
        own += frechet(first, second)
        other += frechet(drawn, second)
    return other / max(own, 1e-12)
