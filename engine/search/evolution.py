"""The last stage: numbers, integers and choices in one evolution strategy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...datasets.scene.schema import parameter
from .clock import Clock
from .found import Best, Found
from .recorded import Recorded
from .space import Variable, category, variables, with_category

CHANGES = 0.5  # choices and switches that differ from the start in a first scene, on average
LEAST_STEPS = 0.7  # deviation of an integer, in its steps, at least: below, the neighbours are hardly drawn


@dataclass(frozen=True)
class _Space:
    """The variables of a search by kind, and the scene that holds the others still."""

    origin: Tensor
    continuous: list[Variable]
    integers: list[Variable]
    choices: list[Variable]

    @classmethod
    def around(cls, vector: Tensor) -> "_Space":
        found = variables(vector)
        kinds = (("continuous",), ("integer",), ("choice", "switch"))
        return cls(vector, *([one for one in found if one.kind in kind] for kind in kinds))

    def vector(self, solution: Any) -> Tensor:
        """The scene (D,) of a solution of the strategy."""
        changed = self.origin.clone()
        for one, value in zip(self.continuous, solution.x):
            changed[one.at] = float(value)
        for one, value in zip(self.integers, solution.z):
            of = _range(one)
            changed[one.at] = (float(value) - of[0]) / (of[-1] - of[0])
        for one, shares in zip(self.choices, solution.c):
            changed = with_category(changed, one.field, int(np.argmax(shares)))
        return changed


def evolve(
    evaluate: Recorded, begun: Found, clock: Clock, seed: int, spread: float = 0.03, population: int | None = None,
    changes: float = CHANGES, scales: Tensor | None = None,
) -> Found:  # fmt: skip
    """CatCMA with margin on every variable that has an effect in the scene it begins from.

    Args:
        evaluate: tells losses.
        begun: the scene it begins from, with its loss; never made worse.
        clock: of the stage, in evaluations; a generation that is not whole is not begun.
        seed: of the strategy.
        spread: standard deviation of numbers in the first generation, in units of their range.
        population: scenes a generation; None for the customary 4 + 3 ln n.
        changes: choices and switches that differ from the start in a scene of the first generation, on average.
        scales: (D,) factors of the spread of each continuous number, such as ``gradient.scales`` gives; None for 1.

    Raises:
        ImportError: the package cmaes is absent.

    Source:
        Hamano et al., CatCMA with Margin: Stochastic Optimization for Continuous, Integer, and Categorical Variables (2025),
        arXiv:2504.07884.
    """
    space, best = _Space.around(begun.vector), Best()
    strategy = _strategy(space, seed, _deviations(space, spread, scales), population, changes)
    best.see(begun.vector[None], torch.tensor([begun.loss]), 0)
    size = strategy.population_size
    while clock.left(best.spent, timed=not evaluate.replaying) >= size:
        solutions = [strategy.ask() for _ in range(size)]
        vectors = torch.stack([space.vector(one) for one in solutions])
        losses = evaluate(vectors)
        best.see(vectors, losses, size)
        strategy.tell(list(zip(solutions, _finite(losses))))
        if strategy.should_stop():
            break
    return best.found("evolution")


def _finite(losses: Tensor) -> list[float]:
    # The strategy's arithmetic knows no infinity; the worst is what such a scene is.
    return losses.double().clamp(max=1e9).tolist()


def _strategy(space: _Space, seed: int, deviation: np.ndarray, population: int | None, changes: float) -> Any:
    try:
        from cmaes import CatCMAwM
    except ImportError as error:
        raise ImportError('The evolution needs the package cmaes: pip install "stillhouse[scene]"') from error
    mean = np.array([_value(one, space.origin) for one in [*space.continuous, *space.integers]])
    categories = [one.categories for one in space.choices]
    return CatCMAwM(
        x_space=[[0.0, 1.0]] * len(space.continuous), z_space=[_range(one) for one in space.integers], c_space=categories,
        population_size=population, mean=mean, sigma=1.0, cov=np.diag(deviation**2),
        cat_param=_shares(space, categories, changes), seed=seed,
    )  # fmt: skip


def _value(one: Variable, vector: Tensor) -> float:
    scaled = float(vector[one.at].clamp(0, 1))
    if one.kind == "continuous":
        return scaled
    of = _range(one)
    return float(round(of[0] + scaled * (of[-1] - of[0])))


def _deviations(space: _Space, spread: float, scales: Tensor | None) -> np.ndarray:
    """Of the numbers in the first generation, the integers' in their own units."""
    places = [one.at for one in space.continuous]
    found = [spread * (1.0 if scales is None else float(scales[place])) for place in places]
    return np.array(
        [*found, *(max(spread * (_range(one)[-1] - _range(one)[0]), LEAST_STEPS) for one in space.integers)]
    )


def _range(one: Variable) -> Sequence[int]:
    of = parameter(one.field.name, one.field.layer is not None)
    return range(int(of.low), int(of.high) + 1)


def _shares(space: _Space, categories: list[int], changes: float) -> np.ndarray:
    """The first probabilities (n, most categories), most of each on the value that the scene has."""
    other = min(changes / max(len(categories), 1), 0.5)
    shares = np.zeros((len(categories), max(categories)))
    for row, one, count in zip(shares, space.choices, categories):
        row[:count] = other / (count - 1)
        row[category(space.origin, one.field)] = 1 - other
    return shares
