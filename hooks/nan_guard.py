"""Stop before a step that would spoil the weights."""

import math

import torch
from mmengine.hooks import Hook

from ..registry import HOOKS


class NonFiniteLossError(FloatingPointError):
    """A loss term became NaN or infinite; no step was taken."""


@HOOKS.register_module()
class NaNGuardHook(Hook):
    """Raises before the optimizer step when a loss is NaN or infinite, naming the term.

    The weights are those of the last good step, and the checkpoints in the work directory stay as they are.
    """

    priority = "VERY_HIGH"

    def before_train(self, runner) -> None:
        """Have the optimizer wrapper watch the losses."""
        runner.optim_wrapper.watch_losses()

    def before_optim_step(self, runner) -> None:
        """Check the losses of this iteration.

        Raises:
            NonFiniteLossError: names the terms and the iteration.
        """
        if runner.optim_wrapper.finite.result():
            return
        learner = runner.learner
        bad = sorted(
            {name for terms in learner.terms for name, value in terms.items() if not _finite(value)} - {"loss"}
        )
        raise NonFiniteLossError(
            f"iteration {runner.iter + 1}: not finite: {', '.join(bad) or 'loss'}. No step was taken. "
            f"Lower the learning rate, clip gradients, or look at the batch; then go on with --resume from {runner.work_dir}."
        )


def _finite(value: torch.Tensor) -> bool:
    return math.isfinite(float(value))
