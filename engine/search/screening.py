"""The first stage: which configuration of choices, switches and layers, before any number is improved."""

import torch
from torch import Tensor

from .clock import Clock
from .found import Best, Found
from .moves import moves
from .recorded import Recorded
from .space import configuration
from .starts import Starts

BATCH = 10
TRIED_FIRST = 0.5  # share of the budget for the scenes to begin from; the rest is for changes of the best


def screen(evaluate: Recorded, starts: Starts, clock: Clock, members: int, seed: int) -> Found:
    """Try the scenes to begin from, then single changes of the best one, again from each that is better.

    Args:
        evaluate: tells losses.
        starts: at least one.
        clock: of the stage, in evaluations; the first scene is always tried.
        members: how many scenes of different configurations to hand on.
        seed: of the order of changes that nothing says is likely.
    """
    pool = _Pool(evaluate, clock, members)
    first = max(1, round(TRIED_FIRST * clock.most))
    for batch in starts.vectors[:first].split(BATCH):
        pool.tell(batch)
    generator = torch.Generator().manual_seed(seed)
    while pool.left():
        untried = [one for one in moves(pool.best.vector, starts.guide, generator) if pool.is_new(one)]
        if not untried:
            break
        for batch in torch.stack(untried).split(BATCH):
            if pool.tell(batch):
                break
    return pool.best.found("screening", pool.finalists())


class _Pool:
    """Every scene tried, the best of each configuration kept.

    Args:
        evaluate, clock, members: as of ``screen``.
    """

    def __init__(self, evaluate: Recorded, clock: Clock, members: int) -> None:
        self.evaluate, self.clock, self.members = evaluate, clock, members
        self.best, self._seen = Best(), set()
        self._by_configuration: dict[bytes, tuple[float, Tensor]] = {}

    def left(self) -> int:
        """Evaluations that may still be made; the first always."""
        left = self.clock.left(self.best.spent, timed=not self.evaluate.replaying)
        return left if self.best.spent else max(left, 1)

    def is_new(self, vector: Tensor) -> bool:
        return vector.numpy().tobytes() not in self._seen

    def tell(self, vectors: Tensor) -> bool:
        """Try scenes (B, D) as far as the budget goes; says whether the best is another one now, or the budget is spent."""
        vectors = vectors[: self.left()]
        if not len(vectors):
            return True
        losses = self.evaluate(vectors)
        for vector, loss in zip(vectors, losses.tolist()):
            self._seen.add(vector.numpy().tobytes())
            key = configuration(vector)
            if key not in self._by_configuration or loss < self._by_configuration[key][0]:
                self._by_configuration[key] = (loss, vector)
        return self.best.see(vectors, losses, len(vectors))

    def finalists(self) -> Tensor:
        """(K, D), the best first."""
        kept = sorted(self._by_configuration.values(), key=lambda pair: pair[0])[: self.members]
        return torch.stack([vector for _, vector in kept])
