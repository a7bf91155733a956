"""Whether losses are finite, learnt without stalling an accelerator."""

import math

import torch
from torch import Tensor


class FiniteCheck:
    """Collects the losses of an iteration's parts and answers, once asked, whether all were finite.

    On CUDA each answer is copied to pinned memory right after the forward pass and awaited only when the backward pass is
    queued, so the device never waits for the host.
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Tensor, torch.cuda.Event]] = []
        self._finite = True

    def add(self, loss: Tensor) -> None:
        """Take note of one scalar loss."""
        if not loss.is_cuda:
            self._finite &= math.isfinite(loss.item())
            return
        flag = torch.empty((), dtype=torch.bool, pin_memory=True)
        flag.copy_(torch.isfinite(loss.detach()), non_blocking=True)
        event = torch.cuda.Event()
        event.record()
        self._pending.append((flag, event))

    def result(self) -> bool:
        """Whether every loss since the last call was finite."""
        finite, self._finite = self._finite, True
        for flag, event in self._pending:
            event.synchronize()
            finite &= bool(flag)
        self._pending.clear()
        return finite
