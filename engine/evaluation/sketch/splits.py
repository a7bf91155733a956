"""Random halves of real sketches, and as many generated ones, with the classes in proportion."""

from collections.abc import Iterator

import torch
from torch import Tensor


def stratified(label: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Indices (size,) of random rows, each class as often as its share says, up to rounding; each row once at most.

    Args:
        label: (N,) int64, N at least ``size``.
        size: of the sample.
        generator: of the draw.
    """
    order = torch.randperm(len(label), generator=generator)
    order = order[label[order].argsort(stable=True)]
    places = (torch.arange(size) + torch.rand(1, generator=generator, dtype=torch.float64)) * (len(label) / size)
    return order[places.long().clamp_max(len(label) - 1)]


def halves(label: Tensor, splits: int, seed: int) -> list[tuple[Tensor, Tensor]]:
    """Halves of the rows of ``label`` (N,), ``splits`` times, as indices (N // 2,) each."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(splits):
        order = stratified(label, len(label) // 2 * 2, generator)
        found.append((order[::2], order[1::2]))
    return found


def triples(
    generated: Tensor, label: Tensor, real: Tensor, real_label: Tensor, splits: int, seed: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Equal numbers of generated vectors, of real ones, and of other real ones.

    Args:
        generated, real: (N, D) and (M, D).
        label, real_label: (N,) and (M,) int64.
        splits: triples.
        seed: of the draws.

    Yields:
        Three (K, D), K the lesser of M // 2 and N.
    """
    generator = torch.Generator().manual_seed(seed + 1)
    for first, second in halves(real_label, splits, seed):
        size = min(len(first), len(generated))
        keep = [half[stratified(real_label[half], size, generator)] for half in (first, second)]
        yield generated[stratified(label, size, generator)], real[keep[0]], real[keep[1]]
