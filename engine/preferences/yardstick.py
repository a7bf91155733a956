"""What a generator has gained and lost by learning from preferences."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..evaluation.sketch.geometry import geometry
from ..evaluation.sketch.measure import Real, measure
from ..evaluation.sketch.subject import judges_of, load_generator, load_judges
from ..trained import TrainedNetwork, load_trained
from .drawing import draw_pairs
from .intervals import wilson
from .rules import score

KEPT = ("mmd_ratio", "gap_ratio", "diversity", "coverage", "degenerate")


@dataclass(frozen=True)
class Gain:
    """A generator beside its base.

    Attributes:
        name: of the generator.
        wins: share of sketches that a rule prefers to the base's of the same class and other noise, a tie a half; None without
            a rule.
        interval: of ``wins``, 95 %.
        results: of ``measure``; ``gap_to_base`` is the gap between strokes by the base's.
    """

    name: str
    wins: float | None
    interval: tuple[float, float] | None
    results: dict[str, float]

    def row(self, judges: Sequence[str]) -> dict[str, float | None]:
        """The figures of a table, by name."""
        low, high = self.interval or (None, None)
        kept = (*(f"agreement_{name}" for name in judges), *KEPT, "gap_to_base")
        return {"wins": self.wins, "wins_low": low, "wins_high": high, **{name: self.results[name] for name in kept}}


class Yardstick:
    """Sketches of the base, real ones, and judges that no training saw.

    Args:
        base: a run's folder or checkpoint whose config names held-out sketches and judges.
        samples: sketches of each generator, at least 12.
        rule: of ``rules.RULES`` by which sketches win, or None.
        seed: of the noise.

    Raises:
        CheckpointError: the base or a judge cannot be used.
    """

    def __init__(self, base: str | Path, samples: int = 1000, rule: str | None = None, seed: int = 1_000_003) -> None:
        generator = load_generator(base)
        self.base, self.samples, self.rule, self.seed = generator.trained, samples, rule, seed
        judges = load_judges(judges_of(generator.trained.meta["config"]))
        held_out, training = generator.held_out, generator.training
        self.real = Real.of(held_out.all_strokes(), held_out.labels(), training.all_strokes(), judges)
        self.base_strokes, _ = self._drawn(self.base, seed)
        self.base_gap = geometry(self.base_strokes)["gap"]

    @property
    def judges(self) -> list[str]:
        """Their names."""
        return list(self.real.judges)

    def of_base(self, name: str = "base") -> Gain:
        """The base beside itself, drawn again from other noise."""
        return self.of(self.base, name)

    def of(self, policy: TrainedNetwork | str | Path, name: str) -> Gain:
        """A generator beside the base."""
        policy = load_trained(policy) if isinstance(policy, (str, Path)) else policy
        strokes, label = self._drawn(policy, self.seed + 1)
        results = measure(strokes, label, self.real)
        results["gap_to_base"] = results["gap"] / max(self.base_gap, 1e-12)
        if self.rule is None:
            return Gain(name, None, None, results)
        better = score(self.rule, strokes) - score(self.rule, self.base_strokes)
        wins = float((better > 0).double().sum() + 0.5 * (better == 0).double().sum())
        return Gain(name, wins / len(strokes), wilson(wins, len(strokes)), results)

    def _drawn(self, generator: TrainedNetwork, seed: int) -> tuple[Tensor, Tensor]:
        """Sketches and the classes asked for."""
        pairs = draw_pairs(generator, generator, -(-self.samples // 2), seed)
        # Side by side, so that the classes stand in the same order for every generator.
        strokes = torch.stack([one.strokes for pair in pairs for one in (pair.a, pair.b)])[: self.samples]
        label = torch.tensor([pair.class_label or 0 for pair in pairs]).repeat_interleave(2)[: self.samples]
        return strokes, label
