"""Every loss by its name, the learning rate and the gradient norm, without a synchronisation a step."""

import math

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS

MOST_KEPT = 100


class TermMeans:
    """Means of named scalars that stay on their device; they are added up many at a time, since each addition is a call to it.

    Attributes:
        count: of iterations.
    """

    def __init__(self) -> None:
        self.count = 0
        self._names: list[str] = []
        self._kept: list[Tensor] = []
        self._sums: Tensor | None = None

    def add(self, terms: dict[str, Tensor]) -> None:
        """Take an iteration's terms; their names are those of the first one."""
        self._names = self._names or list(terms)
        self._kept += terms.values()
        self.count += 1
        if self.count % MOST_KEPT == 0:
            self._fold()

    def means(self) -> tuple[list[str], Tensor]:
        """The names, and the mean of each, float32."""
        self._fold()
        return self._names, self._sums / self.count  # type: ignore[operator]

    def _fold(self) -> None:
        if self._kept:
            sums = torch.stack([value.float() for value in self._kept]).view(-1, len(self._names)).sum(dim=0)
            self._sums = sums if self._sums is None else self._sums + sums
            self._kept = []


@HOOKS.register_module()
class LogHook(Hook):
    """Leaves the loss terms on the device and reads their means once every ``interval`` iterations.

    Args:
        interval: iterations between entries. An entry holds the means since the last one.
    """

    priority = "BELOW_NORMAL"

    def __init__(self, interval: int = 50) -> None:
        if interval < 1:
            raise ValueError(f"LogHook.interval: got {interval}, expected at least 1")
        self.interval = interval
        self._means = TermMeans()
        self._length = 0

    def before_train_epoch(self, runner) -> None:
        """Know which iteration is the epoch's last."""
        self._length = runner.train_dataloader.length(runner.epoch)

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """Measure the gradient norm in the iterations that are logged."""
        number = runner.iter + 1
        due = number % self.interval == 0 or batch_idx + 1 == self._length or number == runner.max_iters
        runner.optim_wrapper.measure_norm = due

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs: dict | None = None) -> None:
        """Keep the terms; write an entry when one is due."""
        self._means.add(outputs or {})
        if (runner.iter + 1) % self.interval == 0:
            self._write(runner)

    def after_train_epoch(self, runner) -> None:
        """Short epochs are logged at their end."""
        if self._means.count and runner.train_loop.by_epoch:
            self._write(runner, offset=0)

    def after_train(self, runner) -> None:
        """What is left is logged too."""
        if self._means.count:
            self._write(runner, offset=0)

    def _write(self, runner, offset: int = 1) -> None:
        names, means = self._means.means()
        all_reduce(means, op="mean")
        entry = dict(zip(names, means.tolist()))
        groups = runner.optim_wrapper.optimizer.param_groups
        entry["lr"] = groups[0]["lr"]
        if runner.optim_wrapper.grad_norm is not None:
            entry["grad_norm"] = float(runner.optim_wrapper.grad_norm)
        self._means = TermMeans()
        runner.train_entry = entry
        runner.visualizer.add_scalars(
            {f"train/{name}": value for name, value in entry.items()}, step=runner.iter + offset
        )

    def after_val_epoch(self, runner, metrics: dict | None = None) -> None:
        """Log the validation metrics."""
        numbers = {name: float(value) for name, value in (metrics or {}).items() if isinstance(value, (int, float))}
        runner.visualizer.add_scalars({f"val/{name}": value for name, value in numbers.items()}, step=runner.iter)
        shown = "  ".join(
            f"{name} {value:.4g}" for name, value in numbers.items() if math.isfinite(value) and name.count("/") < 2
        )
        runner.logger.info(f"epoch {runner.epoch}, iteration {runner.iter}: {shown}")
