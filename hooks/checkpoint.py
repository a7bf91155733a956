"""Write checkpoints: the newest few, and the best by a metric."""

import torch

from ..registry import HOOKS
from .monitor import MonitorHook, Rule


@HOOKS.register_module()
class CheckpointHook(MonitorHook):
    """Saves at save points, where a run resumes to the same bits.

    Args:
        interval: iterations between checkpoints, or epochs with ``by_epoch``.
        by_epoch: count epochs.
        max_keep: newest checkpoints to keep.
        save_best: validation metric whose best checkpoint is kept too; None keeps none.
        rule: whether ``greater`` or ``less`` is better.
    """

    priority = "VERY_LOW"
    metric_args = ("save_best",)

    def __init__(
        self,
        interval: int = 1,
        by_epoch: bool = True,
        max_keep: int = 2,
        save_best: str | None = None,
        rule: Rule = "greater",
    ) -> None:
        for name, value in (("interval", interval), ("max_keep", max_keep)):
            if value < 1:
                raise ValueError(f"CheckpointHook.{name}: got {value}, expected at least 1")
        super().__init__(save_best, rule)
        self.interval, self.by_epoch, self.max_keep = interval, by_epoch, max_keep
        self._new_best = False
        self._saved_at = -1

    def after_val_epoch(self, runner, metrics: dict | None = None) -> None:
        """Note whether this validation is the best so far; the file is written at the save point."""
        if self.monitor and self.improves(runner, metrics or {}):
            self._new_best = True

    def save_point(self, runner) -> None:
        """Write what is due."""
        if self._new_best:
            self._new_best = False
            self._save_best(runner)
        if self._due(runner):
            self._save(runner)

    def after_train(self, runner) -> None:
        """The last state is always kept."""
        if self._saved_at != runner.iter:
            self._save(runner)

    def _due(self, runner) -> bool:
        if self.by_epoch:
            return runner.train_loop.at_epoch_end and runner.epoch % self.interval == 0
        return runner.iter % self.interval == 0

    def _save(self, runner) -> None:
        if not _finite(runner.model):
            runner.logger.warning("the weights are not finite: no checkpoint is written, the last good one stays")
            return
        runner.save_checkpoint(f"iter_{runner.iter}.pth", newest=True)
        self._saved_at = runner.iter
        runner.keep_newest_checkpoints(self.max_keep)

    def _save_best(self, runner) -> None:
        name = f"best_{self.monitor.replace('/', '_')}.pth"  # type: ignore[union-attr]
        runner.save_checkpoint(name)


def _finite(model: torch.nn.Module) -> bool:
    return all(bool(torch.isfinite(parameter).all()) for parameter in model.parameters())
