"""The choice that counts for each pair and annotator: the last one."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .record import Comparison, Judgement, Rating


class Choice(NamedTuple):
    """What is kept of a comparison.

    Attributes:
        timestamp: of the record.
        annotator: who chose.
        kind: of both items.
        first, second: files, in the order of their digests.
        preference: ``first``, ``second``, ``tie``, ``both_bad`` or ``skip``.
        class_label, class_name, image: of the condition.
        models: what names the models of first and second.
    """

    timestamp: str
    annotator: str
    kind: str
    first: str
    second: str
    preference: str
    class_label: int | None
    class_name: str
    image: str | None
    models: tuple[str | None, str | None]


class Score(NamedTuple):
    """What is kept of a rating: see ``Rating`` and ``Choice``."""

    timestamp: str
    annotator: str
    kind: str
    file: str
    rating: int
    class_label: int | None
    class_name: str
    image: str | None


def sharing() -> Callable:
    """Gives one object for all equal values: a million records repeat few names."""
    known: dict = {}
    return lambda value: known.setdefault(value, value)


def as_choice(record: Comparison, shared: Callable = lambda value: value) -> Choice:
    """A comparison with its sides in the order of the digests."""
    is_ordered = record.a.digest <= record.b.digest
    first, second = (record.a, record.b) if is_ordered else (record.b, record.a)
    side = {"a": "first", "b": "second"} if is_ordered else {"a": "second", "b": "first"}
    return Choice(
        record.timestamp, shared(record.annotator), shared(record.a.kind), shared(first.file), shared(second.file),
        side.get(record.preference, record.preference), record.class_label, shared(record.class_name),
        shared(record.image), shared((first.model, second.model)),
    )  # fmt: skip


def latest(
    records: Iterable[Judgement], reasons: Counter | None = None
) -> tuple[dict[tuple, Choice], dict[tuple, Score]]:
    """The last choice of each pair and annotator, and the last rating of each item and annotator.

    Args:
        records: those that stand. Repeats are passed over: they measure agreement.
        reasons: told how many records were passed over as ``repeat``, ``superseded`` (a later one of the same pair and
            annotator counts), ``same item`` (on both sides) and ``mixed kinds``.

    Returns:
        by (file, file, annotator), the files in the order of their digests; by (file, annotator).
    """
    choices: dict[tuple, Choice] = {}
    scores: dict[tuple, Score] = {}
    told, shared = Counter() if reasons is None else reasons, sharing()
    for record in records:
        reason = _left_out(record)
        if reason:
            told[reason] += 1
        elif isinstance(record, Comparison):
            choice = as_choice(record, shared)
            _keep_last(choices, (choice.first, choice.second, choice.annotator), choice, told)
        elif isinstance(record, Rating):
            score = _as_score(record, shared)
            _keep_last(scores, (score.file, score.annotator), score, told)
    return choices, scores


def _left_out(record: Judgement) -> str | None:
    if record.repeat_of is not None:
        return "repeat"
    if isinstance(record, Comparison):
        if record.a.kind != record.b.kind:
            return "mixed kinds"
        if record.a.file == record.b.file:
            return "same item"
    return None


def _keep_last(found: dict, key: tuple, one: Choice | Score, told: Counter) -> None:
    known = found.get(key)
    if known is not None:
        told["superseded"] += 1
    # At equal times the later line.
    if known is None or one.timestamp >= known.timestamp:
        found[key] = one


def _as_score(record: Rating, shared: Callable) -> Score:
    return Score(
        record.timestamp, shared(record.annotator), shared(record.item.kind), shared(record.item.file), record.rating,
        record.class_label, shared(record.class_name), shared(record.image),
    )  # fmt: skip
