"""Distances between the rows of two sets, a block of rows at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

ROWS = 1024


def distance_blocks(first: Tensor, second: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Euclidean distances from each row of ``first`` (N, D) to each of ``second`` (M, D).

    Yields:
        Rows of ``first`` and their distances (rows, M); 1,024 rows at a time bound the memory. By rounding, equal
        rows may be 1e-3 apart.
    """
    for begin in range(0, len(first), ROWS):
        rows = slice(begin, begin + ROWS)
        yield rows, torch.cdist(first[rows], second, compute_mode="use_mm_for_euclid_dist")


def nearest(first: Tensor, second: Tensor, chosen: int = 1) -> tuple[Tensor, Tensor]:
    """The ``chosen``-th smallest distance (1 the smallest) from each row of ``first`` to ``second``, and its index.

    Args:
        first: (N, D).
        second: (M, D) with M at least ``chosen``.

    Returns:
        (N,) distances and (N,) indices into ``second``.
    """
    found = [block.kthvalue(chosen, 1) for _, block in distance_blocks(first, second)]
    return torch.cat([one.values for one in found]), torch.cat([one.indices for one in found])
