"""Let frozen networks look at each sample once, and train on what they saw."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import Tensor

from ..datasets.table import SampleTable
from ..registry import HOOKS
from .columns import columns_of, table_path
from .kept import kept


@HOOKS.register_module()
class PreparedCacheHook(Hook):
    """Runs the network's ``prepare`` over the training and validation data once and puts tables of the results in their place.

    For networks whose ``prepare`` always gives the same for a sample and costs more than everything after it. The network names
    in ``preparers() -> (version, modules)`` what its result depends on. Entries of a batch that are no tensors with one row a
    sample, such as graphs, are left out of the tables.

    Args:
        batch_size: samples prepared at once.
        cache_dir: tables are kept here, named by the digests of the samples and of the weights; None keeps none.
    """

    priority = "VERY_HIGH"

    def __init__(self, batch_size: int = 256, cache_dir: str | None = "work_dirs/cache") -> None:
        self.batch_size, self.cache_dir = batch_size, cache_dir

    def before_run(self, runner) -> None:
        """Prepare the data, or read the tables of an earlier time.

        Raises:
            ValueError: the network has nothing to prepare, or the samples differ each time they are drawn.
        """
        learner = runner.learner
        if not hasattr(learner.network, "preparers"):
            raise ValueError(
                f"PreparedCacheHook: {type(learner.network).__name__} has no preparers(); take the hook out, or use it with a "
                "network that does, such as FusionAgent"
            )
        runner.check_companion(learner)
        loops = [loop for loop in (runner.train_loop, runner.val_loop) if loop is not None]
        # Tables from the cache draw nothing, so fresh ones must not either.
        with torch.random.fork_rng():
            for stream in (loop.dataloader for loop in loops):
                stream.dataset = SampleTable(stream.dataset, self._columns(learner.network, stream.dataset))

    def _columns(self, network: Any, dataset: Any) -> dict[str, Tensor]:
        if getattr(dataset, "random", False):
            raise ValueError(
                f"PreparedCacheHook: {type(dataset).__name__} draws its samples anew each time, so they cannot be kept; take the "
                "hook out"
            )
        samples = range(len(dataset))
        return kept(self._path(network, dataset), lambda: prepared_columns(network, dataset, samples, self.batch_size))

    def _path(self, network: Any, dataset: Any) -> Path | None:
        version, modules = network.preparers()
        return table_path(self.cache_dir, "prepared", dataset, version, modules)


def prepared_columns(network: Any, dataset: Any, indices: Sequence[int], batch_size: int = 256) -> dict[str, Tensor]:
    """What a network's ``prepare`` makes of samples, on the CPU.

    Args:
        network: a ``Network``, on any device.
        dataset: its samples.
        indices: (n,) of them.
        batch_size: samples prepared at once.

    Returns:
        Name -> (n, ...), of every tensor of the prepared batches that has one row a sample.
    """
    return columns_of(network.prepare, dataset, indices, batch_size, next(network.parameters()).device)
