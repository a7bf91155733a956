"""Evaluations in their order, so that what was interrupted goes on by being made again without rendering."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .objective import Objective


class Recorded:
    """An objective whose first answers come from a record.

    A stage that is a pure function of its seed and of the losses it is told asks for the same scenes again, so that it comes
    to where it was.

    Args:
        objective: answers what the record does not.
        known: losses of each call of an earlier start.
        keep: called with all losses so far after each call that was not in the record.
    """

    def __init__(
        self, objective: Objective, known: list[list[float]] | None = None,
        keep: Callable[[list[list[float]]], Any] = lambda losses: None,
    ) -> None:  # fmt: skip
        self.objective, self.keep = objective, keep
        self.calls = [list(losses) for losses in known or []]
        self._next = 0

    @property
    def replaying(self) -> bool:
        """Whether the next answer stands in the record."""
        return self._next < len(self.calls)

    def __call__(self, vectors: Tensor) -> Tensor:
        """The losses of scenes (B, D), (B,)."""
        if self.replaying:
            self.objective.spent += len(vectors)
            losses = torch.tensor(self.calls[self._next])
        else:
            losses = self.objective(vectors)
            self.calls.append(losses.tolist())
            self.keep(self.calls)
        self._next += 1
        return losses
