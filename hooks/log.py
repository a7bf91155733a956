"""Every loss by its name, the learning rate and the gradient norm, without a synchronisation a step."""

import math

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS


@HOOKS.register_module()
class LogHook(Hook):
    """Sums the loss terms on the device and reads them once every ``interval`` iterations.

    Args:
        interval: iterations between entries. An entry holds the means since the last one.
    """

    priority = "BELOW_NORMAL"

    def __init__(self, interval: int = 50) -> None:
        self.interval = interval
        self._names: list[str] = []
        self._sums: list[Tensor] = []
        self._count = self._length = 0

    def before_train_epoch(self, runner) -> None:
        """Know which iteration is the epoch's last."""
        self._length = runner.train_dataloader.length(runner.epoch)

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """Measure the gradient norm in the iterations that are logged."""
        number = runner.iter + 1
        due = number % self.interval == 0 or batch_idx + 1 == self._length or number == runner.max_iters
        runner.optim_wrapper.measure_norm = due

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs: dict | None = None) -> None:
        """Add the terms up; write an entry when one is due."""
        outputs = outputs or {}
        if not self._sums:
            self._names = list(outputs)
            self._sums = [value.float().clone() for value in outputs.values()]
        else:
            torch._foreach_add_(self._sums, list(outputs.values()))
        self._count += 1
        if (runner.iter + 1) % self.interval == 0:
            self._write(runner)

    def after_train_epoch(self, runner) -> None:
        """Short epochs are logged at their end."""
        if self._count and runner.train_loop.by_epoch:
            self._write(runner, offset=0)

    def after_train(self, runner) -> None:
        """What is left is logged too."""
        if self._count:
            self._write(runner, offset=0)

    def _write(self, runner, offset: int = 1) -> None:
        means = torch.stack(self._sums) / self._count
        all_reduce(means, op="mean")
        entry = dict(zip(self._names, means.tolist()))
        groups = runner.optim_wrapper.optimizer.param_groups
        entry["lr"] = groups[0]["lr"]
        if runner.optim_wrapper.grad_norm is not None:
            entry["grad_norm"] = float(runner.optim_wrapper.grad_norm)
        self._sums, self._count = [], 0
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
