"""Checkpoints of a generator drawn from, measured and judged, beside baselines and other samplers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ...errors import CheckpointError
from ..latent.criteria import Judgement
from ..seeds import RunResult, Spread, aggregate
from .baselines import class_mean_with_noise, jittered_training
from .measure import Real, measure
from .splits import halves
from .subject import Drawn, Generator, Sampler
from .verdict import bounds, judge_samplers

FEW, MANY = Sampler("heun", 8), Sampler("euler", 50)


@dataclass(frozen=True)
class Measured:
    """One generator.

    Attributes:
        generator: the checkpoint.
        drawn: its sketches.
        results: by name, see ``measure``.
        judgements: on the results; empty for a baseline.
    """

    generator: Generator
    drawn: Drawn
    results: dict[str, float]
    judgements: list[Judgement] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """Everything that was found.

    Attributes:
        seeds: of the model that is judged.
        others: further checkpoints for comparison.
        baselines: name -> results.
        samplers: name -> results with ``seconds`` a sketch, of the first seed.
        together: judgements of the samplers.
        real: what all were measured beside.
    """

    seeds: list[Measured]
    others: list[Measured]
    baselines: dict[str, dict[str, float]]
    samplers: dict[str, dict[str, float]]
    together: list[Judgement]
    real: Real

    @property
    def passed(self) -> bool:
        """Whether nothing that was judged failed."""
        own = [judgement for one in self.seeds for judgement in one.judgements]
        return all(judgement.passed is not False for judgement in (*own, *self.together))

    @property
    def word(self) -> str:
        """``PASS`` or ``FAIL``."""
        return "PASS" if self.passed else "FAIL"

    def spread(self) -> dict[str, Spread]:
        """Mean and spread of each result over the seeds."""
        return aggregate([RunResult("", one.results, 0, 0) for one in self.seeds])[0].metrics


def evaluate(
    seeds: Sequence[Generator],
    judges: Mapping[str, Any],
    samples: int = 500,
    sampler_samples: int = 500,
    others: Sequence[Generator] = (),
    sampler: Sampler = Sampler(),  # noqa: B008
    say: Callable[[str], None] = lambda words: None,
) -> Report:
    """Draw from every checkpoint for the same held-out conditions from the same noise, and measure.

    Args:
        seeds: of the model that is judged, at least one.
        judges: by name.
        samples: sketches of each checkpoint.
        sampler_samples: sketches of each sampler that is compared, by the first seed; 0 compares none.
        others: checkpoints for comparison, with as many strokes.
        sampler: for all but the comparison of samplers.
        say: told what is done.

    Raises:
        CheckpointError: a checkpoint draws other numbers of strokes than the first.
    """
    first = seeds[0]
    training, label = first.training.all_strokes(), first.training.labels()
    real = Real.of(first.held_out.all_strokes(), first.held_out.labels(), training, judges)
    measured = [_measured(one, real, samples, sampler, say) for one in seeds]
    asked = measured[0].drawn.label
    controls = [class_mean_with_noise(training, label, asked), jittered_training(training, label, len(asked))]
    baselines = _real_beside_itself(real, training)
    baselines |= {one.name: measure(one.strokes, one.label, real) for one in controls}
    samplers = _compare_samplers(first, real, sampler_samples, say) if sampler_samples else {}
    together = judge_samplers(samplers[FEW.name], samplers[MANY.name], judges) if samplers else []
    beside = [_measured(one, real, samples, sampler, say, judged=False) for one in others]
    return Report(measured, beside, baselines, samplers, together, real)


def _measured(
    generator: Generator, real: Real, samples: int, sampler: Sampler, say: Callable, judged: bool = True
) -> Measured:
    strokes = generator.held_out.all_strokes().shape[1]
    if strokes != real.strokes.shape[1]:
        raise CheckpointError(
            f"{generator.trained.file}: draws {strokes} strokes beside {real.strokes.shape[1]} of the first checkpoint, so "
            "they cannot be compared. Evaluate it by itself."
        )
    say(f"drawing {samples} sketches: {generator.name}")
    drawn = generator.draw(samples, sampler)
    results = measure(drawn.strokes, drawn.label, real)
    return Measured(generator, drawn, results, [one.judge(results) for one in bounds(real.judges)] if judged else [])


def _real_beside_itself(real: Real, training: torch.Tensor) -> dict[str, dict[str, float]]:
    """One half of the held-out sketches as if it had been generated, beside the other half."""
    one, other = halves(real.label, 1, seed=0)[0]
    beside = Real.of(real.strokes[other], real.label[other], training, real.judges)
    return {"real held-out sketches": measure(real.strokes[one], real.label[one], beside)}


def _compare_samplers(generator: Generator, real: Real, samples: int, say: Callable) -> dict[str, dict[str, float]]:
    found = {}
    for sampler in (FEW, MANY):
        say(f"drawing {samples} sketches: {generator.name} by {sampler.name}")
        drawn = generator.draw(samples, sampler)
        results = measure(drawn.strokes, drawn.label, real)
        found[sampler.name] = {**results, "seconds": drawn.seconds / len(drawn.label)}
    return found
