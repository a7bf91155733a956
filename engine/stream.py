"""Batches in an order that depends on the seed and the epoch alone, so that a run can go on anywhere in an epoch."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, default_collate

from .parts import cut_parts, node_budget_of


class IndexBatch(NamedTuple):
    """The sample indices of one part, with the seed of its random transforms."""

    indices: list[int]
    seed: int


@dataclass
class Iteration:
    """What one optimizer step consumes: its parts' batches and each part's share of the samples."""

    batches: list[dict]
    weights: list[float]


class BatchStream:
    """Cuts a sampler's order into iterations, and each iteration into this rank's parts.

    An iteration takes ``batch_size * accumulate * world_size`` indices; rank r takes every world_size-th of them. The number of
    parts may be doubled (``split``) when memory runs out: the same samples then come in smaller batches. With ``node_budget`` no
    part holds more nodes than that, and an iteration takes as many parts as it needs: the samples of a step, their order and
    the length of an epoch stay what they are without.

    Args:
        dataset: has ``__len__`` and ``__getitems__`` or ``__getitem__``; with the attribute ``random = True`` each batch is
            fetched under its own seed, whatever the number of workers.
        sampler: has ``indices(epoch)`` and ``size(epoch)``.
        batch_size: samples of a part.
        accumulate: parts of an iteration.
        num_workers: loader processes; 0 fetches in the training process.
        rank, world_size: of this process.
        seed: of random transforms.
        drop_last: leave out a last iteration that is not full.
        node_budget: nodes of a part at most, by the data set's ``node_counts``; None for no bound.
        budget_factor: share of ``node_budget`` to use, in (0, 1], or the name of one in the data set's ``budget_factors``.

    Attributes:
        limit: iterations of an epoch at most; None for all of them.

    Raises:
        ValueError: a batch without samples, a budget out of range, one below the largest sample, or a data set that does not
            count nodes.
    """

    def __init__(
        self, dataset, sampler, batch_size: int, accumulate: int = 1, num_workers: int = 0, rank: int = 0,
        world_size: int = 1, seed: int = 0, drop_last: bool = False, node_budget: int | None = None,
        budget_factor: float | str = 1.0,
    ) -> None:  # fmt: skip
        if batch_size < 1:
            raise ValueError(f"batch_size: got {batch_size}, expected at least 1")
        self.dataset, self.sampler = dataset, sampler
        self.batch_size, self.accumulate, self.num_workers = batch_size, accumulate, num_workers
        self.rank, self.world_size = rank, world_size
        self.seed, self.drop_last = seed, drop_last
        self._budget = None if node_budget is None else node_budget_of(dataset, node_budget, budget_factor)
        self.split = 1
        self.limit: int | None = None

    @property
    def samples_per_iteration(self) -> int:
        """Samples of one optimizer step over all ranks."""
        return self.batch_size * self.accumulate * self.world_size

    def length(self, epoch: int) -> int:
        """Iterations of an epoch."""
        size, step = self.sampler.size(epoch), self.samples_per_iteration
        full = size // step if self.drop_last else -(-size // step)
        return full if self.limit is None else min(full, self.limit)

    def __len__(self) -> int:
        return self.length(0)

    def iterate(self, epoch: int, start: int = 0) -> Iterator[Iteration]:
        """The iterations of an epoch from number ``start`` on."""
        plans = self._plans(epoch, start)
        if self.num_workers == 0:
            for parts, weights in plans:
                yield Iteration([fetch(self.dataset, part) for part in parts], weights)
            return
        plans = list(plans)
        loader = iter(self._loader([part for parts, _ in plans for part in parts]))
        for parts, weights in plans:
            yield Iteration([next(loader) for _ in parts], weights)

    def _loader(self, parts: list[IndexBatch]) -> DataLoader:
        source: Any = _Fetching(self.dataset)
        asked: Any = parts  # handed to ``source`` as they are
        # A generator of its own keeps the loader from drawing from the global random stream.
        return DataLoader(
            source, batch_sampler=asked, num_workers=self.num_workers, collate_fn=_as_is,
            generator=torch.Generator().manual_seed(self.seed), pin_memory=torch.cuda.is_available(),
        )  # fmt: skip

    def _plans(self, epoch: int, start: int) -> Iterator[tuple[list[IndexBatch], list[float]]]:
        order, step = self.sampler.indices(epoch).tolist(), self.samples_per_iteration
        for i in range(start, self.length(epoch)):
            everyone = order[i * step : (i + 1) * step]
            mine = everyone if self.world_size == 1 else everyone[self.rank :: self.world_size]
            if not mine:
                # A rank without samples must take part in the exchange of gradients; its share is nothing.
                yield [IndexBatch(everyone[:1], self.seed)], [0.0]
                continue
            seed = hash((self.seed, epoch, i, self.rank)) & 0x7FFFFFFF
            parts = self._parts(mine, seed)
            # DDP averages over ranks; with these shares the average is the mean over all samples of the iteration.
            yield parts, [len(part.indices) * self.world_size / len(everyone) for part in parts]

    def _parts(self, mine: list[int], seed: int) -> list[IndexBatch]:
        most = -(-self.batch_size // self.split)
        if self._budget is not None:
            cuts = cut_parts(self.dataset.node_counts[mine].tolist(), most, self._budget // self.split)
        elif len(mine) <= most:
            return [IndexBatch(mine, seed)]
        else:
            cuts = [slice(start, start + most) for start in range(0, len(mine), most)]
        return [IndexBatch(mine[cut], seed + cut.start) for cut in cuts]


class _Fetching:
    """Lets loader workers fetch a part as the training process would."""

    def __init__(self, dataset) -> None:
        self.dataset = dataset

    def __getitems__(self, part: IndexBatch) -> dict:
        return fetch(self.dataset, part)


def _as_is(batch: Any) -> Any:
    return batch


def fetch(dataset, part: IndexBatch) -> dict:
    """The batch of the samples in ``part``."""
    if not getattr(dataset, "random", False):
        return _collect(dataset, part)
    with seeded(part.seed):
        return _collect(dataset, part)


def _collect(dataset, part: IndexBatch) -> dict:
    if hasattr(dataset, "__getitems__"):
        return dataset.__getitems__(part.indices)
    return default_collate([dataset[i] for i in part.indices])


@contextmanager
def seeded(seed: int):
    """The generators of Python, NumPy and PyTorch seeded inside, and as they were outside."""
    states = random.getstate(), np.random.get_state()
    devices = [torch.cuda.current_device()] if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
