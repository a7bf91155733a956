"""An exponential moving average of the weights, beside the raw ones."""

from collections.abc import Iterable

import torch
from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS


@HOOKS.register_module()
class EMAHook(Hook):
    """Keeps averaged weights, validates with them, and has both kinds in every checkpoint.

    average <- d * average + (1 - d) * weights after each step, with d = min(decay, (1 + n) / (warmup + n)) at step n, so that the
    initial weights do not linger. Buffers (batch statistics, counters) are copied, not averaged. Of weights that ``FSDP2`` has
    cut, each process averages its own pieces.

    Args:
        decay: the decay d that is reached in the end, in [0, 1).
        warmup: larger is slower; 0 uses ``decay`` from the first step.
        validate: run validation with the averaged weights.

    Source: Polyak and Juditsky (1992); the warm-up is that of TensorFlow's ``ExponentialMovingAverage``.
    """

    priority = "HIGH"
    only_once = "validation would exchange the weights with one average and then with the other; take one out"

    def __init__(self, decay: float = 0.999, warmup: float = 10.0, validate: bool = True) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"EMAHook.decay: got {decay}, expected a number in [0, 1)")
        self.decay, self.warmup, self.validate = decay, warmup, validate
        self.steps = 0
        self._weights: list[Tensor] = []
        self._average: list[Tensor] = []

    def before_run(self, runner) -> None:
        """Begin with a copy of the weights."""
        learner = runner.learner
        # Only train() builds an optimizer; evaluation loads its weights itself.
        self._weights = [parameter for parameter in learner.parameters() if parameter.requires_grad]
        self._average = [parameter.detach().clone() for parameter in self._weights]

    def before_train(self, runner) -> None:
        """After a fresh start from other weights, average from those."""
        if self.steps == 0:
            _copy(self._weights, self._average)

    def rate(self) -> float:
        """The decay of the step to come."""
        if not self.warmup:
            return self.decay
        return min(self.decay, (1 + self.steps) / (self.warmup + self.steps))

    @torch.no_grad()
    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Move the average towards the weights."""
        torch._foreach_lerp_(self._average, self._weights, 1 - self.rate())
        self.steps += 1

    def before_val_epoch(self, runner) -> None:
        """Validate the average."""
        self._swap()

    def after_val_epoch(self, runner, metrics: dict | None = None) -> None:
        """Go on with the raw weights."""
        self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        """Exchange the values and not the memory, which wrappers of the learner hold on to."""
        if not self.validate:
            return
        for weight, average in zip(self._weights, self._average):
            raw = weight.clone()
            weight.copy_(average)
            average.copy_(raw)

    def averaged_state(self, learner: torch.nn.Module) -> dict[str, Tensor]:
        """The learner's ``state_dict`` with averaged parameters; buffers are the raw ones."""
        averages = {id(weight): average for weight, average in zip(self._weights, self._average)}
        state = learner.state_dict()
        # A parameter that two modules share stands under both names.
        for name, parameter in learner.named_parameters(remove_duplicate=False):
            if id(parameter) in averages:
                state[name] = averages[id(parameter)]
        return state

    def state_dict(self) -> dict:
        """Steps and averaged weights, in the order of the parameters."""
        return {"steps": self.steps, "average": list(self._average)}

    def load_state_dict(self, state: dict) -> None:
        """Go on from a saved average."""
        self.steps = state["steps"]
        _copy(state["average"], self._average)


@torch.no_grad()
def _copy(sources: Iterable[Tensor], targets: Iterable[Tensor]) -> None:
    for source, target in zip(sources, targets):
        target.copy_(source)
