"""The search from a picture to a scene, stage by stage."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from ...registry import MODELS
from .clock import Clock, Timer, clock_of
from .errors import SearchError
from .evolution import evolve
from .found import Best, Found
from .gradient import EPSILON, descend, scales
from .grading import ByProxy, ByRenderer, Grading, gradient_of
from .objective import GRADIENT_COST, Objective
from .recorded import Recorded
from .screening import screen
from .settings import Settings
from .starts import Starts, gather
from .state import State

STAGES = ("start", "screening", "gradient", "evolution")


@dataclass(frozen=True)
class Means:
    """What a search works with.

    Attributes:
        renderer: has ``render(scenes)``; None builds the embedded one.
        trained: an inverse model; None begins with random scenes.
        proxy: a forward model, for gradients.
        bank: a data set of scenes with their images, the nearest of which are tried.
    """

    renderer: Any = None
    trained: Any = None
    proxy: Any = None
    bank: Any = None


def search(
    target: Tensor, means: Means, settings: Settings, state: State | None = None,
    tell: Callable[[Found], Any] = lambda found: None, objective: Objective | None = None,
) -> list[Found]:  # fmt: skip
    """Find the scene that an image shows.

    ``start`` is the answer without a search; ``screening`` tries configurations; ``gradient`` improves the numbers of a few of
    them; ``evolution`` improves everything of the best. No stage's loss is above the one before it.

    Args:
        target: (3, S, S) in [0, 1], of the size of the settings.
        means: networks and renderer.
        settings: budgets and choices.
        state: keeps where the search is, and knows where an earlier start was.
        tell: called with each stage's result.
        objective: one with the embedded renderer, whose count goes on; None makes one.

    Returns:
        the results of the stages, in order; of those alone that were asked for.

    Raises:
        SearchError: the proxy's gradient is asked for without a proxy, or a target of another size.
        RenderError: the renderer behind HTTP fails.
    """
    running = _Search(target, means, settings, state or State(None, {}), objective)
    found: list[Found] = []
    for stage in STAGES:
        if stage == "gradient" and (settings.gradient == "none" or not settings.steps):
            continue
        if stage == "evolution" and not settings.evaluations:
            continue
        found.append(running.stage(stage, found[-1] if found else None))
        tell(found[-1])
    return found


class _Search:
    """Runs the stages, or takes their results from the state."""

    def __init__(
        self, target: Tensor, means: Means, settings: Settings, state: State, objective: Objective | None
    ) -> None:
        if tuple(target.shape) != (3, settings.size, settings.size):
            raise SearchError(f"target: got shape {tuple(target.shape)}, expected {(3, settings.size, settings.size)}")
        if settings.gradient == "proxy" and means.proxy is None:
            raise SearchError("gradient: got 'proxy' without a trained proxy; name one, or use 'renderer' or 'none'")
        self.target, self.means, self.settings, self.state = target, means, settings, state
        self.embedded = objective or Objective(target, _renderer(settings.size), settings.measure)
        self.objective = self.embedded
        if means.renderer is not None:
            self.objective = Objective(target, means.renderer, settings.measure)
        self.timer = Timer(state.seconds)
        self._starts: Starts | None = None

    @property
    def starts(self) -> Starts:
        """Gathered when they are first needed: a search that has passed them goes on without the networks."""
        if self._starts is None:
            chosen = self.settings
            self._starts = gather(self.target, chosen.screening, chosen.seed, self.means.trained, self.means.bank)
        return self._starts

    def stage(self, name: str, before: Found | None) -> Found:
        """The result of a stage."""
        known = self.state.done(name)
        if known is not None:
            return Found.from_plain(known)
        found = self._begin() if before is None else getattr(self, f"_{name}")(before)
        self.state.finish(name, found.plain(), self.timer.elapsed)
        return found

    def _begin(self) -> Found:
        best, first = Best(), self.starts.vectors[:1]
        best.see(first, self.objective(first), 1)
        return best.found("start")

    def _screening(self, before: Found) -> Found:
        chosen = self.settings
        found = screen(
            self._recorded("screening"),
            self.starts,
            self._clock("screening", chosen.screening),
            chosen.members,
            chosen.seed,
        )
        return found if found.loss <= before.loss else before

    def _gradient(self, before: Found) -> Found:
        return descend(
            self._grading(), self.objective, before, self._clock("gradient", self.settings.steps), self.settings.lr,
            self.state.partial("gradient"), self._keep("gradient"),
        )  # fmt: skip

    def _evolution(self, before: Found) -> Found:
        chosen, most, factors = self.settings, self.settings.evaluations, None
        if chosen.gradient == "renderer" and most > GRADIENT_COST:
            # The slopes say which numbers to change little; that rendering is a part of the budget.
            factors = scales(gradient_of(self._grading(), before.vector[None])[0].abs() + EPSILON)[0]
            most -= GRADIENT_COST
        found = evolve(
            self._recorded("evolution"), before, self._clock("evolution", most), chosen.seed, chosen.spread,
            chosen.population, scales=factors,
        )  # fmt: skip
        return replace(found, spent=found.spent + chosen.evaluations - most)

    def _grading(self) -> Grading:
        if self.settings.gradient == "proxy":
            return ByProxy(self.means.proxy, self.target)
        return ByRenderer(self.embedded, GRADIENT_COST)

    def _clock(self, stage: str, most: int) -> Clock:
        return clock_of(stage, most, self.settings.seconds, self.timer)

    def _recorded(self, stage: str) -> Recorded:
        return Recorded(self.objective, self.state.partial(stage), self._keep(stage))

    def _keep(self, stage: str) -> Callable[[Any], None]:
        return lambda value: self.state.keep(stage, value, self.timer.elapsed)


def _renderer(size: int) -> Any:
    return MODELS.build(dict(type="SceneRenderer", size=size))
