"""How far annotators agree with each other, and with themselves when a pair is shown again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from ...datasets.sketch.preferences.choices import Choice
from .kappa import cohen_kappa


@dataclass(frozen=True)
class Agreement:
    """Of two annotators on the pairs both answered, or of one with themselves.

    Attributes:
        who: one or two names.
        pairs: compared.
        agreed: share of the same answer.
        kappa: Cohen's; None where it is not defined.
    """

    who: tuple[str, ...]
    pairs: int
    agreed: float
    kappa: float | None


def between_annotators(choices: Iterable[Choice]) -> list[Agreement]:
    """Every two annotators with common pairs; skips are no answers, ties and ``both_bad`` are.

    Args:
        choices: one a pair and annotator.
    """
    by_pair: dict[tuple, list[Choice]] = defaultdict(list)
    for choice in choices:
        if choice.preference != "skip":
            by_pair[choice.first, choice.second].append(choice)
    answers: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for together in by_pair.values():
        for one, other in combinations(sorted(together, key=lambda choice: choice.annotator), 2):
            answers[one.annotator, other.annotator].append((one.preference, other.preference))
    return [_agreement(who, found) for who, found in sorted(answers.items())]


def within_annotators(choices: dict[tuple, Choice], repeats: Iterable[Choice]) -> list[Agreement]:
    """Every annotator with repeats: each against the choice that counts for that pair.

    Args:
        choices: by (file, file, annotator), of ``latest``.
        repeats: choices of the records that are repeats; those of a pair without a standing choice are passed over.
    """
    answers: dict[tuple[str], list[tuple[str, str]]] = defaultdict(list)
    for again in repeats:
        before = choices.get((again.first, again.second, again.annotator))
        if before is not None and "skip" not in (before.preference, again.preference):
            answers[(again.annotator,)].append((before.preference, again.preference))
    return [_agreement(who, found) for who, found in sorted(answers.items())]


def _agreement(who: tuple[str, ...], answers: list[tuple[str, str]]) -> Agreement:
    first, second = zip(*answers)
    agreed = sum(one == other for one, other in answers) / len(answers)
    return Agreement(who, len(answers), agreed, cohen_kappa(first, second))
