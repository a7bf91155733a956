"""One optimizer step from one or more backward passes, in the precision the config asks for."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, Literal

import torch
from mmengine.optim import OptimWrapper
from torch import Tensor, nn

from ..registry import OPTIM_WRAPPERS
from .finite import FiniteCheck

NOTHING = nullcontext()
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def autocast(device: str, precision: str):
    """The autocast context of a precision; fp32 is none."""
    return torch.autocast(device, DTYPES.get(precision, torch.bfloat16), enabled=precision != "fp32")


@OPTIM_WRAPPERS.register_module()
class EngineOptimWrapper(OptimWrapper):
    """Accumulates the weighted losses of an iteration's parts and steps after the last of them.

    mmengine's wrapper counts micro-batches, which squeezes schedules under accumulation; here an iteration is an
    optimizer step, whatever the number of its parts.

    Args:
        optimizer: the optimizer.
        accumulative_counts: parts (backward passes) of an iteration.
        clip_grad: arguments of ``torch.nn.utils.clip_grad_norm_``, e.g. ``dict(max_norm=1.0)``.
        precision: autocast dtype, on CPU and CUDA; only fp16 scales its gradients.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        accumulative_counts: int = 1,
        clip_grad: dict | None = None,
        precision: Literal["fp32", "bf16", "fp16"] = "fp32",
    ) -> None:
        super().__init__(optimizer, accumulative_counts, dict(clip_grad) if clip_grad else None)
        self.precision = precision
        self.scaler = torch.amp.GradScaler("cuda") if precision == "fp16" else None
        self.before_step: Callable[[], None] = lambda: None
        self.finite: FiniteCheck | None = None
        self.measure_norm = False
        self.grad_norm: Tensor | None = None
        self._weights: Sequence[float] = (1.0,)
        self._part = 0
        self.stepping = False  # True within a step, and after one that failed half-way

    @property
    def accumulate(self) -> int:
        """Parts of an iteration, as configured."""
        return self._accumulative_counts

    def start(self, weights: Sequence[float]) -> None:
        """Begin an iteration whose parts' mean losses count with ``weights`` (their shares of the samples)."""
        self._weights = weights
        self._part = 0

    def watch_losses(self) -> None:
        """Note of every loss whether it is finite; ``finite.result()`` answers for an iteration."""
        self.finite = FiniteCheck()

    def should_sync(self) -> bool:
        """Whether the backward pass to come is the iteration's last, so that ranks exchange gradients."""
        return self._part == len(self._weights) - 1

    def optim_context(self, model: nn.Module):
        """Autocast, and no gradient exchange before the last part."""
        return NOTHING if self.precision == "fp32" and self._part == len(self._weights) - 1 else self._around(model)

    @contextmanager
    def _around(self, model: nn.Module):
        with ExitStack() as stack:
            if not self.should_sync() and hasattr(model, "no_sync"):
                stack.enter_context(model.no_sync())  # type: ignore[operator]
            stack.enter_context(self.autocast(next(model.parameters()).device.type))
            yield

    def autocast(self, device: str):
        """The autocast context of the configured precision."""
        return autocast(device, self.precision)

    def update_params(self, loss: Tensor, step_kwargs=None, zero_kwargs=None) -> None:
        """Differentiate one part; after the last one, step and clear the gradients."""
        if self.finite is not None:
            self.finite.add(loss)
        weight = self._weights[self._part]
        loss = loss if weight == 1 else loss * weight
        (self.scaler.scale(loss) if self.scaler else loss).backward()
        self._part += 1
        if self._part == len(self._weights):
            self.before_step()
            self.stepping = True
            self.step()
            self.stepping = False
            self.zero_grad()

    def zero_grad(self, **kwargs) -> None:
        """Forget the gradients. The optimizer's own method also opens a profiler range, which costs as much as a small layer."""
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def step(self, **kwargs) -> None:
        """Clip and step; ``grad_norm`` keeps the norm from before clipping, as a tensor."""
        if self.scaler:
            self.scaler.unscale_(self.optimizer)
        if self.clip_grad_kwargs:
            self._clip_grad()
        elif self.measure_norm:
            self.grad_norm = torch.nn.utils.get_total_norm([p.grad for p in self._parameters() if p.grad is not None])
        if self.scaler:
            self.scaler.step(self.optimizer, **kwargs)
            self.scaler.update()
        else:
            self.optimizer.step(**kwargs)

    def _parameters(self) -> list[Tensor]:
        return [parameter for group in self.optimizer.param_groups for parameter in group["params"]]

    def _clip_grad(self) -> None:
        clip: Any = self.clip_func
        self.grad_norm = clip(self._parameters(), **(self.clip_grad_kwargs or {}))

    def initialize_count_status(self, model: nn.Module, init_counts: int, max_counts: int) -> None:
        """Nothing to count: an iteration says itself how many parts it has."""

    def state_dict(self) -> dict:
        """The optimizer's state, and the scaler's where there is one."""
        scaler = {"loss_scaler": self.scaler.state_dict()} if self.scaler else {}
        return {**self.optimizer.state_dict(), **scaler}

    def load_state_dict(self, state_dict: dict) -> None:
        state = dict(state_dict)
        scaler = state.pop("loss_scaler", None)
        if self.scaler and scaler:
            self.scaler.load_state_dict(scaler)
        self.optimizer.load_state_dict(state)
