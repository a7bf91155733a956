"""Ways from an image to a scene, each with the same number of renderings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from .clock import Clock, Timer
from .evolution import evolve
from .found import Best, Found
from .objective import GRADIENT_COST, Objective
from .recorded import Recorded
from .search import Means, search
from .settings import Settings
from .starts import predict, random_vectors

SCREENED, DESCENDED = 0.15, 0.45  # shares of the budget; the evolution has the rest
PROXY_STEPS = 300
WIDE, MANY_CHANGES = 0.2, 3.0  # of an evolution that begins anywhere


@dataclass(frozen=True)
class Task:
    """One target, and what there is to work with.

    Attributes:
        target: (3, S, S).
        seed: of the target's draws.
        budget: evaluations at most.
        means: networks and known scenes; what a method does not use, it leaves.
        objective: of the target; counts.
        nearest: (3, S, S), the training image that is nearest in pixels; None without training images.
    """

    target: Tensor
    seed: int
    budget: int
    means: Means
    objective: Objective
    nearest: Tensor | None = None


Answer = tuple[float, Tensor | None]  # the loss, and the scene's vector where there is a scene
Method = Callable[[Task], Answer]


def methods(means: Means, images: bool) -> dict[str, Method]:
    """The methods that can be had, by name, the baselines first and the search itself last.

    Args:
        means: networks and known scenes.
        images: whether there are training images.
    """
    found: dict[str, Method] = {"black": _black}
    if images:
        found["nearest training image"] = _nearest
    found["evolution from a random scene"] = _from_random
    if means.trained is not None:
        found["inverse only"] = _inverse_only
        found["inverse, evolution"] = _inverse_evolved
    else:
        found["screening only"] = lambda task: _searched(task, "none", evolution=False)
    found["search without gradient"] = lambda task: _searched(task, "none")
    if means.proxy is not None:
        found["search, the proxy's gradient"] = lambda task: _searched(task, "proxy")
    if means.bank is not None:
        found["search without known scenes"] = lambda task: _searched(task, "renderer", bank=False)
    found[SEARCH] = lambda task: _searched(task, "renderer")
    return found


SEARCH = "search"
BASELINES = ("black", "nearest training image", "evolution from a random scene", "inverse only")


def budgets(budget: int, gradient: str) -> Mapping[str, Any]:
    """How a search shares a number of evaluations among its stages."""
    screening = max(1, round(SCREENED * budget))
    if gradient == "renderer":
        steps = int(DESCENDED * budget / GRADIENT_COST)
        cost = GRADIENT_COST * steps
    else:
        # The proxy's steps render nothing; its last scenes are rendered once.
        steps, cost = (PROXY_STEPS, Settings().members) if gradient == "proxy" else (0, 0)
    # The first answer is rendered too.
    return {"screening": screening, "steps": steps, "evaluations": max(budget - 1 - screening - cost, 0)}


def _black(task: Task) -> Answer:
    return float(task.objective.of_images(torch.zeros_like(task.target)[None])), None


def _nearest(task: Task) -> Answer:
    if task.nearest is None:
        return float("inf"), None
    return float(task.objective.of_images(task.nearest[None])), None


def _from_random(task: Task) -> Answer:
    start = _evaluated(task, random_vectors(1, task.seed))
    return _evolved(task, start, spread=WIDE, changes=MANY_CHANGES)


def _inverse_only(task: Task) -> Answer:
    found = _evaluated(task, predict(task.means.trained, task.target)[1])
    return found.loss, found.vector


def _inverse_evolved(task: Task) -> Answer:
    return _evolved(task, _evaluated(task, predict(task.means.trained, task.target)[1]))


def _searched(task: Task, gradient: Any, bank: bool = True, evolution: bool = True) -> Answer:
    chosen = dict(budgets(task.budget, gradient))
    if not evolution:
        chosen.update(screening=task.budget - 1, evaluations=0)
    settings = Settings(size=task.objective.size, gradient=gradient, seed=task.seed, **chosen)
    last = search(
        task.target, task.means if bank else replace(task.means, bank=None), settings, objective=task.objective
    )[-1]
    return last.loss, last.vector


def _evaluated(task: Task, vectors: Tensor) -> Found:
    best = Best()
    best.see(vectors, task.objective(vectors), len(vectors))
    return best.found("start")


def _evolved(task: Task, start: Found, **options: Any) -> Answer:
    clock = Clock(task.budget - 1, Timer(), None, 0.0)
    found = evolve(Recorded(task.objective), start, clock, task.seed, **options)
    return found.loss, found.vector
