"""What latents must show to pass: one criterion a line of the table, each with its bound and what to do when it fails."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .statistics import Evaluation

LAST = 3  # evaluations at the end of training over which a run must be steady
SEEDS = 3
ALPHA = (1.5, 2.5)
IN_RANGE = 2 / 3  # of the channels; 4 of 6
STEADY = 0.05
GAUSSIAN = 3.0
OFF_DIAGONAL = 0.1
VARIANCE = (0.5, 2.0)
SHARE = 0.05
DIRECTIONS = 8.0
# Null: 1,000 draws of 96 independent maps, each of f^-2 fields, dead leaves and their mixtures, stay below 1.6; six maps,
# as all sentences together have where they share most of their latent, are below 2.9 in 95 %. A checkerboard of amplitude
# .05 on maps of unit variance gives 19, in one channel of six 4; one of .02 in all channels gives 4.
CHECKERBOARD = 3.0
# Null, 200 draws of 96 maps: .90 to 1.07 for f^-2 fields, 1.01 to 1.21 for dead leaves, whose edges vary more than their middle.
BORDER = (1 / 1.3, 1.3)
# Null, 100 draws of 96 maps: at most 1.11; trained latents, whose sentences share structure, have 1.2. Maps that were doubled in
# size have 2.1, blocks or stripes of 4 pixels at .3 of the amplitude 1.4, at a tenth of it 1.07: those pass.
GRID = 1.35
# Null, the same draws: at most .16; a tenth of that in trained latents.
COPIED = 0.5
FAINT_SHARE = 0.05
ALPHA_SPREAD = 0.15
ACCURACY = 0.8
MORE_SEEDS = "train more seeds: --seeds 1 2"


@dataclass(frozen=True)
class Judgement:
    """One criterion, judged.

    Attributes:
        name: of the criterion.
        values: what was measured, at full precision; empty where nothing could be.
        bound: what was asked for, in words.
        passed: None where it was not judged.
        remedy: what to do; empty unless it failed.
        note: why it failed or was not judged, where the values alone do not say.
    """

    name: str
    values: tuple[float, ...]
    bound: str
    passed: bool | None
    remedy: str = ""
    note: str = ""


@dataclass(frozen=True)
class Criterion:
    """How one criterion is measured and judged, on the evaluations of one seed.

    Attributes:
        name: shown in the table.
        bound: in words.
        remedy: what to do when it fails.
        measure: evaluations -> values.
        holds: values, last evaluation -> whether they pass.
        needs: evaluations that it looks at.
    """

    name: str
    bound: str
    remedy: str
    measure: Callable[[Sequence[Evaluation]], Sequence[float]]
    holds: Callable[[Sequence[float], Evaluation], bool]
    needs: int = 1

    def judge(self, evaluations: Sequence[Evaluation]) -> Judgement:
        """Judge a run by its last evaluations; too few of them are a failure.

        Args:
            evaluations: in the order of training, at least one.
        """
        seen = evaluations[-self.needs :]
        values = tuple(float(value) for value in self.measure(seen))
        note = "" if len(seen) == self.needs else f"{_counted(len(seen), 'evaluation')}, needs {self.needs}"
        passed = not note and self.holds(values, seen[-1])
        return Judgement(self.name, values, self.bound, passed, "" if passed else self.remedy, note)


def within(value: float, bounds: tuple[float, float]) -> bool:
    """Whether a value lies in a closed interval; NaN does not."""
    return bounds[0] <= value <= bounds[1]


def channels_in_range(evaluation: Evaluation) -> int:
    """How many channels have a slope like that of natural images."""
    return sum(within(alpha, ALPHA) for alpha in evaluation.alpha)


def directions_needed(sentences: int) -> float:
    """The participation ratio to reach, which a few sentences cannot bring up to eight."""
    return min(DIRECTIONS, (sentences - 1) / 2)


def relative_range(values: Sequence[float]) -> float:
    """(largest - smallest) / mean; infinite where the mean is not positive."""
    mean = float(np.mean(values))
    return (max(values) - min(values)) / mean if mean > 0 else math.inf


def _last(statistic: str) -> Callable[[Sequence[Evaluation]], Sequence[float]]:
    """Measures one number of the last evaluation."""
    return lambda seen: [getattr(seen[-1], statistic)]


CRITERIA = (
    Criterion(
        "spectrum",
        f"at least 4 of 6 channels with alpha in [1.5, 2.5], at each of the last {LAST} evaluations",
        "raise the weight of the spectrum loss, or train longer",
        lambda seen: [channels_in_range(evaluation) for evaluation in seen],
        lambda values, last: all(value >= math.ceil(IN_RANGE * len(last.alpha)) for value in values),
        needs=LAST,
    ),
    Criterion(
        "TV/std steady",
        f"(max - min) / mean <= {STEADY} over the last {LAST} evaluations, and not zero",
        "train until the learning rate has decayed, lower the rate, or extend the blur warm-up; raise the weight of TV "
        "where it grows",
        lambda seen: [relative_range([evaluation.tv_over_std for evaluation in seen])],
        lambda values, last: values[0] <= STEADY and last.tv_over_std > 0,
        needs=LAST,
    ),
    Criterion(
        "gradient kurtosis",
        "> 3",
        "raise the weight of the kurtosis loss, or that of TV, which makes contours sparse",
        _last("kurtosis"),
        lambda values, last: values[0] > GAUSSIAN,
    ),
    Criterion(
        "channel correlation",
        f"largest off-diagonal <= {OFF_DIAGONAL}",
        "raise the weight of the decorrelation loss, pooled over the batch",
        _last("off_diagonal"),
        lambda values, last: values[0] <= OFF_DIAGONAL,
    ),
    Criterion(
        "copied channels",
        f"largest correlation within a sentence, averaged over sentences, <= {COPIED}",
        "raise the weight of the decorrelation loss, a sample",
        _last("copied"),
        lambda values, last: values[0] <= COPIED,
    ),
    Criterion(
        "variance",
        "in [0.5, 2] for every channel",
        "use the scale-invariant form of TV and wavelet against collapse, and a log-variance hinge or normalised output",
        lambda seen: seen[-1].variance,
        lambda values, last: all(within(value, VARIANCE) for value in values),
    ),
    Criterion(
        "dead maps",
        f"at most {FAINT_SHARE:.0%} of the maps with a variance below .05",
        "use a log-variance hinge or normalised output: some sentences or channels fade away",
        _last("faint"),
        lambda values, last: values[0] <= FAINT_SHARE,
    ),
    Criterion(
        "between sentences",
        f"share of the variance >= {SHARE}",
        "add the pair hinge between sentences, and start from Xavier-like weights and embeddings of std 0.5",
        _last("between_share"),
        lambda values, last: values[0] >= SHARE,
    ),
    Criterion(
        "participation ratio",
        "at least 8, or half of N - 1 for few sentences",
        "add the pair hinge between sentences: a hinge on the share alone is met by one mode",
        _last("participation_ratio"),
        lambda values, last: values[0] >= directions_needed(last.sentences),
    ),
    Criterion(
        "checkerboard",
        f"energy at the highest frequencies <= {CHECKERBOARD:g} times that beside them",
        "smooth the head's output, start the query map as 1/f noise, or extend the blur warm-up",
        _last("checkerboard"),
        lambda values, last: values[0] <= CHECKERBOARD,
    ),
    Criterion(
        "grid",
        f"gradients on rows or columns 2, 3, 4 or 8 apart <= {GRID:g} times the mean",
        "avoid upsampling by blocks and strided convolutions; smooth the head's output",
        _last("grid"),
        lambda values, last: 0 < values[0] <= GRID,
    ),
    Criterion(
        "border",
        "energy of the frame over that of the interior in [1/1.3, 1.3]",
        "use reflect padding in every convolution: zero padding draws a border",
        _last("border"),
        lambda values, last: within(values[0], BORDER),
    ),
)  # fmt: skip


def judge_probe(accuracies: dict[str, float] | None) -> Judgement:
    """The linear probe's criterion; not judged where no sentences are known.

    Args:
        accuracies: label -> accuracy on held-out sentences, in [0, 1].
    """
    bound = f"accuracy >= {ACCURACY} for every label"
    if accuracies is None:
        return Judgement("linear probe", (), bound, None, note="needs a model and labelled sentences")
    passed = all(accuracy >= ACCURACY for accuracy in accuracies.values())
    short = ", ".join(f"{name} {value:.3f}" for name, value in accuracies.items() if not value >= ACCURACY)
    remedy = (
        ""
        if passed
        else "train longer, or on more sentences, or raise the margins of the sentence hinge: it can tear kin apart"
    )
    return Judgement("linear probe", tuple(accuracies.values()), bound, passed, remedy, short)


def judge_seeds(
    last: dict[str, Evaluation], passed: dict[str, bool], trained: dict[str, int | None] | None = None
) -> list[Judgement]:
    """The criteria over all seeds: enough of them, every one passing, and a bounded spread.

    Args:
        last: seed -> its last evaluation.
        passed: seed -> whether all of its own criteria hold.
        trained: seed -> the number it was trained with, as far as known.
    """
    distinct, failing = count_distinct(last, trained or {}), [name for name, good in passed.items() if not good]
    copies = "" if distinct == len(last) else ", some the same"
    enough = distinct >= SEEDS
    spread = float(np.std([one.mean_alpha for one in last.values()], ddof=1)) if len(last) > 1 else math.nan
    steady = enough and spread <= ALPHA_SPREAD
    few = "" if enough else f"{_counted(len(last), 'seed')}{copies}, needs {SEEDS} different ones"
    return [
        Judgement(
            "seeds", (float(distinct),), f"at least {SEEDS}", enough,
            "" if enough else MORE_SEEDS, few,
        ),
        Judgement(
            "every seed passes", (float(len(last) - len(failing)),), f"all {len(last)}", not failing,
            "see the criteria that fail, seed by seed" * bool(failing), ", ".join(f"{name} fails" for name in failing),
        ),
        Judgement(
            "spread of seeds", (spread,), f"standard deviation of the mean alpha <= {ALPHA_SPREAD}", steady,
            "" if steady else (few and MORE_SEEDS) or "train longer, or raise the weight of the spectrum loss", few,
        ),
    ]  # fmt: skip


def count_distinct(last: dict[str, Evaluation], trained: dict[str, int | None]) -> int:
    """How many seeds there are: those of one training number count once, and those whose statistics nearly all agree.

    Independent seeds never share slopes, kurtosis and ratios to four digits; the same latents scaled or reordered do.
    """
    kept: list[str] = []
    for name, one in last.items():
        number = trained.get(name)
        known = any(number is not None and trained.get(other) == number for other in kept)
        if not known and not any(_same_latents(one, last[other]) for other in kept):
            kept.append(name)
    return len(kept)


def _same_latents(one: Evaluation, other: Evaluation) -> bool:
    pairs = [_invariants(one), _invariants(other)]
    return len(pairs[0]) == len(pairs[1]) and bool(np.allclose(*pairs, rtol=1e-4, atol=0))


def _invariants(one: Evaluation) -> list[float]:
    return [*one.alpha, one.tv_over_std, one.kurtosis, one.between_share, one.participation_ratio]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)
