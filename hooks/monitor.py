"""A validation metric watched for its best value."""

import math
from typing import Literal

from mmengine.hooks import Hook

Rule = Literal["greater", "less"]


class MonitorHook(Hook):
    """Remembers the best value of one validation metric.

    Args:
        monitor: the metric's name as validation reports it; None watches nothing.
        rule: whether ``greater`` or ``less`` is better.
        min_delta: least change that counts as better.

    Attributes:
        best: ``dict(metric, value, iteration, epoch)`` of the best validation so far, or None.
    """

    metric_args = ("monitor",)

    def __init__(self, monitor: str | None, rule: Rule = "greater", min_delta: float = 0.0) -> None:
        self.monitor, self.rule, self.min_delta = monitor, rule, min_delta
        self.best: dict | None = None

    def improves(self, runner, metrics: dict) -> bool:
        """Whether these metrics are the best so far; if so they are remembered.

        Raises:
            KeyError: validation reports no metric of that name.
        """
        if self.monitor not in metrics:
            raise KeyError(
                f"{type(self).__name__}: validation reports no {self.monitor!r}; it has {', '.join(sorted(metrics))}"
            )
        value = float(metrics[self.monitor])
        if math.isnan(value) or not self._better(value):
            return False
        self.best = dict(metric=self.monitor, value=value, iteration=runner.iter, epoch=runner.epoch)
        return True

    def _better(self, value: float) -> bool:
        if self.best is None:
            return True
        gain = value - self.best["value"]
        return (gain if self.rule == "greater" else -gain) > self.min_delta

    def state_dict(self) -> dict:
        """The best value so far."""
        return {"best": self.best}

    def load_state_dict(self, state: dict) -> None:
        """Go on from a saved best value."""
        self.best = state["best"]
