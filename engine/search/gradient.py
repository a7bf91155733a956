"""The second stage: steps along the gradient of a few scenes, of which the worse half is given up twice."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .clock import Clock
from .found import Found
from .grading import Grading, gradient_of
from .space import continuous_entries

BETAS, EPSILON = (0.9, 0.99), 1e-8
# A number that moves the image far more than others gets shorter steps, down to this share: after hundreds of repetitions a
# thousandth of a turn is another picture.
LEAST_SCALE = 0.03
SAVED_EVERY = 10
# At these shares of the budget a half of the members is left: each rung costs a third.
RUNGS = (1 / 3, 2 / 3)
FALL = 0.3  # of the rate, at each rung


@dataclass
class Descent:
    """Where the descent of K scenes is: everything that it goes on from.

    Attributes:
        points, first, second: (K, D), the scenes and Adam's moments.
        best: (K, D), each one's scene of the least loss; ``lowest`` (K,) that loss.
        steps: made, of single scenes.
        iteration: of Adam, since the last rung.
        rung: how often the worse half was given up.
        history: pairs of evaluations and the best loss.
    """

    points: Tensor
    first: Tensor
    second: Tensor
    best: Tensor
    lowest: Tensor
    steps: int = 0
    iteration: int = 0
    rung: int = 0
    history: list[tuple[int, float]] = field(default_factory=list)

    @classmethod
    def of(cls, vectors: Tensor) -> "Descent":
        """At the beginning."""
        zero = torch.zeros_like(vectors)
        return cls(vectors.clone(), zero, zero.clone(), vectors.clone(), torch.full((len(vectors),), torch.inf))

    def only(self, rows: Tensor) -> None:
        """Give up all scenes but these."""
        for name in ("points", "first", "second", "best", "lowest"):
            setattr(self, name, getattr(self, name)[rows])

    def plain(self) -> dict:
        """As JSON; ``from_plain`` gives back the same bits."""
        return {name: value.tolist() if isinstance(value, Tensor) else value for name, value in vars(self).items()}

    @classmethod
    def from_plain(cls, plain: dict) -> "Descent":
        """What ``plain`` made."""
        tensors = ("points", "first", "second", "best", "lowest")
        found: dict[str, Any] = {
            name: torch.tensor(value) if name in tensors else value for name, value in plain.items()
        }
        return cls(**found)


def descend(
    grading: Grading, evaluate: Callable[[Tensor], Tensor], begun: Found, clock: Clock, lr: float,
    saved: dict | None = None, keep: Callable[[dict], Any] = lambda state: None,
) -> Found:  # fmt: skip
    """Adam on the continuous numbers; choices, switches, layers and integers stay.

    Each scene keeps the best point of its path. Where the grading is not the objective itself, the last scenes are evaluated,
    and none is taken that is worse than what the stage began from.

    Args:
        grading: gives gradients.
        evaluate: the objective; asked only where the grading is not it.
        begun: what the stage begins from: its ``others``.
        clock: of the stage, in steps of single scenes.
        lr: in units of a parameter's range; it falls at each rung.
        saved: the state that ``keep`` was given last.
        keep: called every few steps.
    """
    state = Descent.of(begun.others) if saved is None else Descent.from_plain(saved)
    places, angles = continuous_entries()
    while clock.left(state.steps) >= len(state.points):
        _climb(state, clock.share(state.steps))
        gradient, losses = gradient_of(grading, state.points)
        _remember(state, losses, grading.cost)
        _step(state, gradient, places, angles, lr * FALL**state.rung)
        state.steps += len(state.points)
        if state.iteration % SAVED_EVERY == 0:
            keep(state.plain())
    return _result(state, begun, evaluate, grading)


def _climb(state: Descent, share: float) -> None:
    """At each rung that has been reached keep the better half, and go on from the best points with shorter steps."""
    while state.rung < len(RUNGS) and share >= RUNGS[state.rung]:
        state.rung += 1
        state.only(state.lowest.argsort(stable=True)[: math.ceil(len(state.points) / 2)])
        state.points, state.iteration = state.best.clone(), 0
        state.first, state.second = torch.zeros_like(state.points), torch.zeros_like(state.points)


def _remember(state: Descent, losses: Tensor, cost: int) -> None:
    better = losses < state.lowest
    state.best = torch.where(better[:, None], state.points, state.best)
    state.lowest = torch.where(better, losses, state.lowest)
    spent = (state.history[-1][0] if state.history else 0) + cost * len(losses)
    state.history = [*state.history, (spent, float(state.lowest.min()))]


def _step(state: Descent, gradient: Tensor, places: Tensor, angles: Tensor, lr: float) -> None:
    """One step of Adam on the entries at ``places``; angles go round, others stop at their bounds."""
    state.iteration += 1
    one, two = BETAS
    state.first = one * state.first + (1 - one) * gradient
    state.second = two * state.second + (1 - two) * gradient.square()
    mean = state.first / (1 - one**state.iteration)
    size = (state.second / (1 - two**state.iteration)).sqrt() + EPSILON
    moved = state.points[:, places] - lr * (scales(size) * mean / size)[:, places]
    state.points = state.points.index_copy(1, places, torch.where(angles, moved % 1, moved.clamp(0, 1)))


def scales(size: Tensor) -> Tensor:
    """How far to go with each number, of the slopes' sizes (K, D): 1 where they are as usual or less, below for steeper ones."""
    usual = size.where(size > 2 * EPSILON, torch.nan).nanmedian(1, keepdim=True).values.nan_to_num(nan=1.0)
    return (usual / size).clamp(LEAST_SCALE, 1)


def _result(state: Descent, begun: Found, evaluate: Callable[[Tensor], Tensor], grading: Grading) -> Found:
    history = [(0, begun.loss), *((spent, min(loss, begun.loss)) for spent, loss in state.history)]
    lowest, spent = state.lowest, history[-1][0]
    if not grading.trusted:
        lowest, spent = evaluate(state.best), len(state.best)
        history = [(0, begun.loss), (spent, min(float(lowest.min()), begun.loss))]
    order = lowest.argsort(stable=True)
    at = int(order[0])
    if not float(lowest[at]) < begun.loss:
        return Found("gradient", begun.vector, begun.loss, history, spent, begun.vector[None])
    return Found("gradient", state.best[at], float(lowest[at]), history, spent, state.best[order])
