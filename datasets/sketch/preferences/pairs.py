"""Pairs of a winner and a loser, from choices and from ratings."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .choices import Choice, Score, latest
from .record import Judgement

# More are refused without a limit: ratings give pairs by the square of their number.
MOST = 1_000_000


class Pair(NamedTuple):
    """A winner and a loser.

    Attributes:
        winner, loser: files, relative to the root.
        class_label, class_name, image: of the condition.
        annotator: whose preference it is.
        source: ``choice`` or ``rating``.
    """

    winner: str
    loser: str
    class_label: int | None
    class_name: str
    image: str | None
    annotator: str
    source: str

    @property
    def key(self) -> tuple[str, str]:
        """The files in an order that does not depend on who won."""
        return (self.winner, self.loser) if self.winner <= self.loser else (self.loser, self.winner)


@dataclass(frozen=True)
class Wanted:
    """Which preferences become pairs.

    Attributes:
        kind: of the items.
        min_margin: of two ratings by one annotator, for the same class and picture.
        annotators: whose; None takes all.
        needs_image: leaves out those without a picture.
        max_pairs: at most so many, drawn by the seed; None takes all.
        seed: of the draw.
    """

    kind: str = "sketch"
    min_margin: int = 1
    annotators: Collection[str] | None = None
    needs_image: bool = False
    max_pairs: int | None = None
    seed: int = 0


def training_pairs(records: Iterable[Judgement], wanted: Wanted) -> tuple[list[Pair], Counter]:
    """The pairs of the records that stand, sorted by their files, and how many records or pairs were left out and why.

    A pair that an annotator chose between is not made from their ratings as well.

    Args:
        records: of ``read_standing``.
        wanted: which.

    Returns:
        the pairs, and counts: ``tie``, ``both_bad``, ``skip``, ``repeat``, ``superseded``, ``same item``, ``mixed kinds``,
        ``other annotator``, ``other kind``, ``no image``, ``beyond max_pairs``; ``rating`` counts ratings without a pair.
    """
    reasons: Counter = Counter()
    choices, scores = latest(records, reasons)
    chosen = [one for one in choices.values() if _is_wanted(one, wanted, reasons)]
    rated = [one for one in scores.values() if _is_wanted(one, wanted, reasons)]
    pairs = [pair for pair in (_of_choice(one, reasons) for one in chosen) if pair is not None]
    limit = MOST if wanted.max_pairs is None else wanted.max_pairs
    judged = {(one.first, one.second, one.annotator) for one in chosen}
    judged |= {(second, first, who) for first, second, who in judged}
    of_ratings = [
        pair for pair in _of_ratings(rated, wanted, limit + len(chosen), reasons)
        if (pair.winner, pair.loser, pair.annotator) not in judged
    ]  # fmt: skip
    return _drawn(sorted([*pairs, *of_ratings], key=_order), wanted, reasons), reasons


def share_of(pair: Pair, seed: int) -> float:
    """A number in [0, 1) of the two files and the seed alone, by which a pair is put in a split."""
    content = hashlib.sha256(f"{seed}:{pair.key[0]}:{pair.key[1]}".encode()).digest()
    return int.from_bytes(content[:7], "big") / (1 << 56)


def _is_wanted(one: Choice | Score, wanted: Wanted, reasons: Counter) -> bool:
    if wanted.annotators is not None and one.annotator not in wanted.annotators:
        reason = "other annotator"
    elif one.kind != wanted.kind:
        reason = "other kind"
    elif wanted.needs_image and one.image is None:
        reason = "no image"
    else:
        return True
    reasons[reason] += 1
    return False


def _of_choice(one: Choice, reasons: Counter) -> Pair | None:
    if one.preference not in ("first", "second"):
        reasons[one.preference] += 1
        return None
    winner, loser = (one.first, one.second) if one.preference == "first" else (one.second, one.first)
    return Pair(winner, loser, one.class_label, one.class_name, one.image, one.annotator, "choice")


def _of_ratings(rated: list[Score], wanted: Wanted, limit: int, reasons: Counter) -> list[Pair]:
    """Pairs are numbered over all groups, so that a draw never lists them all."""
    groups = defaultdict(list)
    for one in rated:
        groups[one.annotator, one.class_label, one.class_name, one.image].append(one)
    ordered = [sorted(group, key=lambda one: (one.rating, one.file)) for group in groups.values()]
    # Of each rated item, how many lie at least the margin below it: the first so many of its group.
    below = [
        np.searchsorted([one.rating for one in group], [one.rating - wanted.min_margin for one in group], side="right")
        for group in ordered
    ]
    places = [(group, winner) for group in ordered for winner in range(len(group))]
    ends = np.cumsum(np.concatenate(below)) if below else np.zeros(0, np.int64)
    total = int(ends[-1]) if len(ends) else 0
    reasons["rating"] += sum(1 for counts in below if not counts.any() for _ in counts)
    numbers = np.arange(total)
    if total > limit:
        reasons["beyond max_pairs"] += total - limit
        numbers = np.random.default_rng(wanted.seed).choice(total, limit, replace=False)
    winners = np.searchsorted(ends, numbers, side="right")
    starts = np.concatenate([[0], ends[:-1]]) if total else ends
    found = []
    for at, number in zip(winners, numbers):
        group, winner = places[at]
        found.append(_of_rating(group[winner], group[number - starts[at]]))
    return found


def _of_rating(winner: Score, loser: Score) -> Pair:
    names = (winner.class_label, winner.class_name, winner.image, winner.annotator)
    return Pair(winner.file, loser.file, *names, source="rating")


def _drawn(pairs: list[Pair], wanted: Wanted, reasons: Counter) -> list[Pair]:
    limit = MOST if wanted.max_pairs is None else wanted.max_pairs
    if len(pairs) <= limit:
        return pairs
    reasons["beyond max_pairs"] += len(pairs) - limit
    kept = np.random.default_rng(wanted.seed).choice(len(pairs), limit, replace=False)
    return [pairs[i] for i in sorted(kept)]


def _order(pair: Pair) -> tuple:
    return (*pair.key, pair.annotator, pair.winner)
