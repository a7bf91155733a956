"""Let a loss begin later than the others, and grow."""

from dataclasses import dataclass

from mmengine.hooks import Hook

from ..registry import HOOKS, nearest


def warmup_factor(iteration: int, begin: int, length: int) -> float:
    """0 before ``begin``, then a straight rise to 1 over ``length`` iterations; a step where ``length`` is 0."""
    if iteration < begin:
        return 0.0
    return min(1.0, (iteration - begin) / length) if length else 1.0


@dataclass(frozen=True)
class Span:
    """Where a weight rises, in iterations."""

    begin: int = 0
    length: int = 0


@HOOKS.register_module()
class LossWarmupHook(Hook):
    """Scales the weights of named losses: 0 before ``begin``, rising to the configured weight over ``length`` iterations.

    The factor depends on the iteration alone, so a resumed run goes on exactly and nothing is stored.

    Args:
        warmup: name of a loss in ``model.losses`` -> ``dict(begin=..., length=...)``, in iterations; 0 where absent.

    Raises:
        KeyError: when training begins, a name that is no loss of the learner.
        ValueError: another key, or a number that is negative or not whole.
    """

    loss_args = ("warmup",)
    settings = {"warmup": Span}

    def __init__(self, warmup: dict[str, dict[str, int]]) -> None:
        self.warmup = {name: _span(name, span) for name, span in warmup.items()}
        self._weights: dict[str, float] = {}

    def before_train(self, runner) -> None:
        """Remember the configured weights."""
        losses = runner.learner.losses
        for name in self.warmup:
            if name not in losses:
                near = nearest(name, losses.keys())
                hint = f" Did you mean {near[0]!r}?" if near else ""
                known = ", ".join(map(repr, losses.keys()))
                raise KeyError(f"LossWarmupHook.warmup: {name!r} is no loss of the model; there are {known}.{hint}")
            self._weights[name] = losses[name].weight

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """Set the weights of this iteration."""
        losses = runner.learner.losses
        for name, span in self.warmup.items():
            losses[name].weight = self._weights[name] * warmup_factor(runner.iter, span.begin, span.length)

    def after_train(self, runner) -> None:
        """Give the configured weights back."""
        losses = runner.learner.losses
        for name, weight in self._weights.items():
            losses[name].weight = weight


def _span(name: str, span: dict[str, int]) -> Span:
    """A span, checked."""
    for key, value in span.items():
        if key not in ("begin", "length"):
            raise ValueError(f"LossWarmupHook.warmup.{name}: got the key {key!r}, expected 'begin' and 'length'")
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"LossWarmupHook.warmup.{name}.{key}: got {value!r}, expected iterations, at least 0")
    return Span(**span)
