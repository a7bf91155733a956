"""What is judged: one seed's evaluations, and the latents that pictures are drawn from."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .probe import ProbeResult
from .statistics import Evaluation, evaluate


@dataclass(frozen=True)
class SeedRun:
    """What is known of one seed.

    Attributes:
        name: as in ``seed 0``.
        evaluations: in the order of training, at least one; the last is judged.
        iterations: of the evaluations.
        probe: what a linear probe reads from the latents, or None where no sentences are known.
        notes: remarks for the report.
        seed: the number that training began with, or None where it is not known.
    """

    name: str
    evaluations: tuple[Evaluation, ...]
    iterations: tuple[float, ...] = ()
    probe: ProbeResult | None = None
    notes: tuple[str, ...] = ()
    seed: int | None = None

    @property
    def last(self) -> Evaluation:
        """The evaluation at the end of training."""
        return self.evaluations[-1]


@dataclass(frozen=True)
class Subject:
    """One seed with its latents.

    Attributes:
        run: its statistics.
        latents: (N, C, H, W) at the last evaluation.
        sentences: (N,) their texts; empty where they are not known.
        checkpoint: the file that they come from, or None.
        config: the config inside it.
    """

    run: SeedRun
    latents: np.ndarray
    sentences: list[str] = field(default_factory=list)
    checkpoint: Path | None = None
    config: dict = field(default_factory=dict)


def subject_of_arrays(name: str, evaluations: np.ndarray) -> Subject:
    """A seed of which only latents are known.

    Args:
        name: as in ``seed 0``.
        evaluations: (evaluations, N, C, H, W) in the order of training.

    Raises:
        ValueError: as ``evaluate``.
    """
    measured = tuple(evaluate(latents) for latents in evaluations)
    return Subject(SeedRun(name, measured, tuple(range(1, len(measured) + 1))), evaluations[-1])
