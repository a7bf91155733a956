"""Refinement: the control points of single sketches follow the gradient of a loss that compares drawing and image."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...losses import StrokeContinuity, StrokeLoss, StrokeSmoothness
from ..errors import StillhouseError

LEARNING_RATE = 0.02  # canvas units a step at first; the canvas is 2 wide
FINAL_SHARE = 0.1  # of the learning rate, at the last step
FARTHEST = 1.2  # a stroke may leave the canvas a little


class RefinementError(StillhouseError):
    """Sketches, images or settings that cannot be refined."""


@dataclass(frozen=True)
class Refined:
    """What came of it.

    Attributes:
        strokes: (B, S, 4, 2) in [-1.2, 1.2], finite, on the device of what was given.
        history: (K + 1, B) the objective without augmentation, before the first step and after each; infinite where it
            was not finite.
        chosen: (B,) int64, the row of the history that each sketch was taken from.
        seconds: of wall time.
    """

    strokes: Tensor
    history: Tensor
    chosen: Tensor
    seconds: float

    @property
    def before(self) -> Tensor:
        """(B,) the objective of what was given, moved to within 1.2 of the middle."""
        return self.history[0]

    @property
    def after(self) -> Tensor:
        """(B,) the objective of what came of it."""
        return self.history.gather(0, self.chosen[None])[0]


def default_priors(weight: float = 0.5) -> tuple[StrokeLoss, ...]:
    """Smooth strokes whose ends meet, each with this weight beside the loss."""
    return StrokeSmoothness(weight=weight), StrokeContinuity(weight=weight)


@torch.enable_grad()
def refine(
    loss: Any,
    strokes: Tensor,
    images: Tensor,
    steps: int | None = 80,
    seconds: float | None = None,
    lr: float = LEARNING_RATE,
    priors: Sequence[StrokeLoss] | None = None,
    seed: int = 0,
    index: Tensor | None = None,
    keep_best: bool = True,
    say: Callable[[float], None] = lambda _: None,
) -> Refined:
    """Adam on the control points; the loss sees augmented views, and what is kept is judged without them.

    Sketches in a batch do not touch each other: a sketch's objective and its views, which depend on ``seed``, its ``index``
    and the step, are its own, and Adam's arithmetic is by element. Another batch changes it by rounding alone.

    Args:
        loss: a ``CLIPPerceptual``, or what else has its ``draw_views`` and ``compare``; its ``weight`` is left out.
        strokes: (B, S, 4, 2) to begin with, finite; what lies farther out than 1.2 is moved to there.
        images: (B, 3, H, W) in [0, 1].
        steps: at most so many; None leaves it to ``seconds``.
        seconds: of wall time for the batch, after which no step begins; the result then depends on the machine.
        lr: of Adam, canvas units; it falls along a cosine to a tenth.
        priors: added with their weights; None for ``default_priors()``.
        seed: of the views, at least 0.
        index: (B,) numbers of the sketches, at least 0; None for their places in the batch.
        keep_best: keep each sketch as it was at its lowest objective; else the last.
        say: called with the share that is done, in (0, 1].

    Raises:
        RefinementError: other shapes, strokes that are not finite, neither steps nor seconds, or values out of range.
    """
    index = torch.arange(len(strokes)) if index is None else index
    _check(strokes, images, steps, seconds, lr, seed, index)
    objective = _Objective(loss, images, default_priors() if priors is None else priors, seed, index.tolist())
    points = strokes.detach().float().clamp(-FARTHEST, FARTHEST).requires_grad_()
    adam, clock = torch.optim.Adam([points], lr), _Clock(steps, seconds)
    kept = _Kept(points, objective.plain(points), keep_best)
    step = 0
    while not clock.over(step):
        adam.param_groups[0]["lr"] = lr * _fall(clock.share(step))
        points.grad = _finite_gradient(objective.seen(points, step), points)
        adam.step()
        with torch.no_grad():
            points.clamp_(-FARTHEST, FARTHEST)
        step += 1
        kept.add(points, objective.plain(points))
        say(clock.share(step))
    return kept.result(clock.elapsed())


class _Objective:
    """The loss and the priors of each sketch: through random views, or as it is."""

    def __init__(
        self, loss: Any, images: Tensor, priors: Sequence[StrokeLoss], seed: int, index: Sequence[int]
    ) -> None:
        self.loss, self.images, self.priors = loss, images, priors
        self.seed, self.index = seed, index

    def seen(self, points: Tensor, step: int) -> Tensor:
        """(B,) through the views of a step."""
        return self.loss.compare(points, self.images, self._views(step)) + self._prior(points)

    @torch.no_grad()
    def plain(self, points: Tensor) -> Tensor:
        """(B,) without augmentation."""
        return self.loss.compare(points, self.images) + self._prior(points)

    def _views(self, step: int) -> Tensor | None:
        generators = [torch.Generator().manual_seed(view_seed(self.seed, number, step)) for number in self.index]
        views = [self.loss.draw_views(1, generator) for generator in generators]
        return None if views[0] is None else torch.cat(views)

    def _prior(self, points: Tensor) -> Tensor:
        terms = [prior.weight * prior.penalty(points) for prior in self.priors]
        return torch.stack(terms).sum(0) if terms else points.new_zeros(len(points))


class _Kept:
    """The best, or the last, of each sketch, and the objective's history."""

    def __init__(self, points: Tensor, values: Tensor, best: bool) -> None:
        self.best = best
        self.strokes = points.detach().clone()
        self.history = [_comparable(values)]
        self.lowest = self.history[0].clone()
        self.chosen = torch.zeros(len(points), dtype=torch.int64, device=points.device)

    def add(self, points: Tensor, values: Tensor) -> None:
        values = _comparable(values)
        better = values < self.lowest if self.best else torch.ones_like(values, dtype=torch.bool)
        self.strokes = torch.where(better[:, None, None, None], points.detach(), self.strokes)
        self.lowest = torch.where(better, values, self.lowest)
        self.chosen = torch.where(better, len(self.history), self.chosen)
        self.history.append(values)

    def result(self, seconds: float) -> Refined:
        return Refined(self.strokes, torch.stack(self.history), self.chosen, seconds)


class _Clock:
    """How much of the steps, or of the time, is spent."""

    def __init__(self, steps: int | None, seconds: float | None) -> None:
        self.steps, self.seconds, self.began = steps, seconds, time.perf_counter()

    def elapsed(self) -> float:
        return time.perf_counter() - self.began

    def share(self, step: int) -> float:
        by_steps = step / self.steps if self.steps else float(self.steps == 0)
        by_time = self.elapsed() / self.seconds if self.seconds else 0.0
        return min(max(by_steps, by_time), 1.0)

    def over(self, step: int) -> bool:
        return self.share(step) >= 1


def view_seed(seed: int, index: int, step: int) -> int:
    """The seed of one sketch's views at one step, 63 bits."""
    return int(np.random.SeedSequence([seed, index, step]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _fall(share: float) -> float:
    """From 1 to a tenth, along a cosine."""
    return FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * share))


def _finite_gradient(values: Tensor, points: Tensor) -> Tensor:
    # One sketch whose loss has no gradient must not stop the others: what is not finite moves nothing.
    gradient = torch.autograd.grad(values.sum(), points)[0]
    return gradient.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)


def _comparable(values: Tensor) -> Tensor:
    return values.detach().nan_to_num(nan=torch.inf, neginf=torch.inf)


def _check(
    strokes: Tensor, images: Tensor, steps: int | None, seconds: float | None, lr: float, seed: int, index: Tensor
) -> None:
    if strokes.ndim != 4 or strokes.shape[2:] != (4, 2) or not strokes.numel():
        raise RefinementError(f"strokes: got shape {tuple(strokes.shape)}, expected (B, S, 4, 2), none of them 0")
    if images.ndim != 4 or images.shape[1] != 3 or len(images) != len(strokes):
        raise RefinementError(
            f"images: got shape {tuple(images.shape)} for {len(strokes)} sketches, expected ({len(strokes)}, 3, H, W): one "
            "for each; repeat them"
        )
    wrong = (~strokes.isfinite()).flatten(1).any(1).nonzero().flatten().tolist()
    if wrong:
        raise RefinementError(f"strokes: got numbers that are not finite in sketches {wrong}; leave these out")
    if steps is None and seconds is None:
        raise RefinementError("steps and seconds: got neither, expected at least one of them")
    if (steps is not None and steps < 0) or (seconds is not None and not 0 < seconds < math.inf):
        raise RefinementError(f"got steps={steps} and seconds={seconds}, expected at least 0 steps, seconds above 0")
    if not 0 < lr < math.inf or seed < 0:
        raise RefinementError(f"got lr={lr} and seed={seed}, expected a rate above 0 and a seed of at least 0")
    if index.shape != (len(strokes),) or bool((index < 0).any()):
        raise RefinementError(
            f"index: got {index.tolist()} for {len(strokes)} sketches, expected a number of at least 0 for each"
        )
