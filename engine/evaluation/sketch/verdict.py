"""What generated sketches must show to pass."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..latent.criteria import Judgement

AGREEMENT = 0.95
# Null: 48 draws of 200 to 1,200 real sketches beside 1,200 others have .9 on average and stay below 1.5.
MMD = 2.0
NEAREST = 0.8
MEMORISED = 0.05
SAMPLER_LOSS = 0.01


@dataclass(frozen=True)
class Bound:
    """A result and what is asked of it.

    Attributes:
        result: by name.
        least, most: inclusive; None where it is open.
    """

    result: str
    least: float | None = None
    most: float | None = None

    @property
    def words(self) -> str:
        """As in ``at least 0.95``."""
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"

    def judge(self, results: Mapping[str, float]) -> Judgement:
        """Whether the result keeps to it; not judged where there is none."""
        value = results.get(self.result)
        if value is None:
            return Judgement(self.result, (), self.words, None)
        # What is no number fails: every comparison with it is false.
        kept = value >= self.least if self.least is not None else value <= (self.most or 0.0)
        return Judgement(self.result, (value,), self.words, bool(kept))


def bounds(judges: Mapping) -> list[Bound]:
    """What is asked of a generator that these judges look at."""
    agreement = [Bound(f"agreement_{name}", least=AGREEMENT) for name in judges]
    memory = [Bound("nearest_ratio", least=NEAREST), Bound("memorised", most=MEMORISED)]
    return [*agreement, Bound("mmd_ratio", most=MMD), *memory, Bound("finite", least=1.0)]


def judge_samplers(few: Mapping[str, float], many: Mapping[str, float], judges: Mapping) -> list[Judgement]:
    """Whether a few steps lose at most .01 of each judge's agreement against many.

    Args:
        few, many: results of ``measure`` from the same noise and conditions.
        judges: by name.
    """
    found = []
    for name in judges:
        loss = many[f"agreement_{name}"] - few[f"agreement_{name}"]
        bound = f"at most {SAMPLER_LOSS:g}"
        # A whole sketch more or less must not turn on the last bit of a float.
        passed = loss <= SAMPLER_LOSS + 1e-9
        found.append(Judgement(f"agreement_{name} lost by fewer steps", (loss,), bound, passed))
    return found
