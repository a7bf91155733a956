"""Everything that is measured on generated sketches, beside real ones."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ..accuracy import accuracies
from .coverage import NEIGHBOURS, precision_recall
from .diversity import diversity
from .features import BezierFeatures
from .frechet import frechet, frechet_ratio
from .geometry import geometry
from .judges import Opinion, ask
from .mmd import discrepancy
from .nearest import repetition

SET = (
    "mmd2", "mmd2_real", "mmd2_real_std", "mmd_ratio", "frechet", "frechet_ratio", "precision", "recall", "density",
    "coverage",
)  # fmt: skip
STROKES = ("diversity", "worst_diversity", "gap", "gap_ratio", "degenerate", "off_canvas", "finite")
REPETITION = ("nearest_ratio", "memorised")
LEAST = NEIGHBOURS + 1  # sketches of either side for distances between sets


def result_names(judges: Sequence[str], reference: bool) -> tuple[str, ...]:
    """The names of ``measure``'s results."""
    of_judges = [f"{what}_{name}" for name in judges for what in ("agreement", "worst_class", "frechet_ratio")]
    return (*SET, *STROKES, *(REPETITION if reference else ()), *of_judges)


@dataclass(frozen=True)
class Real:
    """Real sketches, and what of them every measurement needs.

    Attributes:
        strokes: (M, S, 4, 2), held out from training.
        label: (M,) int64.
        scale: turns sketches into features.
        features: (M, D) of the strokes.
        training: (T, D) features of the training sketches, or None where memorisation is not judged.
        judges: name -> judge.
        opinions: name -> its opinion of the strokes.
        gap: mean distance between ends.
    """

    strokes: Tensor
    label: Tensor
    scale: BezierFeatures
    features: Tensor
    training: Tensor | None = None
    judges: Mapping[str, Any] = field(default_factory=dict)
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    gap: float = math.nan

    @classmethod
    def of(
        cls, strokes: Tensor, label: Tensor, training: Tensor | None = None, judges: Mapping[str, Any] | None = None
    ) -> "Real":
        """Measure real sketches once.

        Args:
            strokes: (M, S, 4, 2), held out.
            label: (M,) int64.
            training: (T, S, 4, 2), on which the features are scaled, or None to scale them on the held-out ones.
            judges: as ``build_judges`` gives them.
        """
        judges = judges or {}
        scale = BezierFeatures.fit(strokes if training is None else training)
        return cls(
            strokes, label, scale, scale(strokes), None if training is None else scale(training), judges,
            {name: ask(judge, strokes) for name, judge in judges.items()}, geometry(strokes)["gap"],
        )  # fmt: skip


def measure(generated: Tensor, label: Tensor, real: Real) -> dict[str, float]:
    """The results by name; see ``mmd``, ``frechet``, ``coverage``, ``diversity``, ``nearest`` and ``geometry``.

    ``mmd2_real`` and ``mmd2_real_std``: MMD^2 between halves of the real sketches. ``gap_ratio``: the gap divided by the
    real one. ``agreement_JUDGE``, ``worst_class_JUDGE``: share of the sketches that the judge sees the asked class in, and of
    the class where it is least. ``frechet_ratio_JUDGE``: on its embeddings. Fewer than 6 sketches on either side leave
    NaN in what compares sets.

    Args:
        generated: (N, S, 4, 2).
        label: (N,) int64, what was asked for.
        real: beside which.
    """
    features = real.scale(generated)
    found = _sets(features, label, real)
    found |= diversity(features, label, real.features, real.label)
    shape = geometry(generated)
    found |= {**shape, "gap_ratio": shape["gap"] / max(real.gap, 1e-12)}
    if real.training is not None:
        found |= repetition(features, real.features, real.training)
    for name, judge in real.judges.items():
        found |= _judged(name, ask(judge, generated), label, real)
    return {name: found[name] for name in result_names(list(real.judges), real.training is not None)}


def _sets(features: Tensor, label: Tensor, real: Real) -> dict[str, float]:
    if min(len(features), len(real.features)) < LEAST:
        return dict.fromkeys(SET, math.nan)
    sides = (features, label, real.features, real.label)
    found = discrepancy(*sides)
    return {
        "mmd2": found.value,
        "mmd2_real": found.real_mean,
        "mmd2_real_std": found.real_std,
        "mmd_ratio": found.ratio,
        "frechet": frechet(features, real.features),
        "frechet_ratio": frechet_ratio(*sides),
        **precision_recall(features, real.features),
    }


def _judged(name: str, opinion: Opinion, label: Tensor, real: Real) -> dict[str, float]:
    found = accuracies(opinion.right(label, name), label)
    own, other = opinion.embedding, real.opinions[name].embedding
    enough = min(len(own), len(other)) >= LEAST
    return {
        f"agreement_{name}": found["accuracy"],
        f"worst_class_{name}": found["worst_class"],
        f"frechet_ratio_{name}": frechet_ratio(own, label, other, real.label) if enough else math.nan,
    }
