"""Stop when validation no longer improves."""

from ..registry import HOOKS
from .monitor import MonitorHook, Rule


@HOOKS.register_module()
class EarlyStoppingHook(MonitorHook):
    """Ends training after ``patience`` validations without a better value.

    Args:
        monitor: the metric's name as validation reports it.
        patience: validations to wait.
        rule: whether ``greater`` or ``less`` is better.
        min_delta: least change that counts as better.
    """

    priority = "LOW"

    def __init__(self, monitor: str, patience: int = 10, rule: Rule = "greater", min_delta: float = 0.0) -> None:
        super().__init__(monitor, rule, min_delta)
        self.patience, self.waited = patience, 0

    def after_val_epoch(self, runner, metrics: dict | None = None) -> None:
        """Count validations without improvement."""
        self.waited = 0 if self.improves(runner, metrics or {}) else self.waited + 1
        if self.waited >= self.patience:
            runner.train_loop.stop_training = True
            runner.logger.info(
                f"stops early: {self.monitor} has not improved on {self.best} for {self.waited} validations"
            )

    def state_dict(self) -> dict:
        """The best value and how long it has stood."""
        return {**super().state_dict(), "waited": self.waited}

    def load_state_dict(self, state: dict) -> None:
        """Go on from a saved state."""
        super().load_state_dict(state)
        self.waited = state["waited"]
