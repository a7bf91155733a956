"""A session of a simulated annotator in the store that people's choices go to."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor

from ...datasets.sketch.preferences.record import Comparison, Item
from ...datasets.sketch.preferences.session import Session
from ...datasets.sketch.preferences.store import PreferenceStore
from .annotator import SimulatedAnnotator


@dataclass(frozen=True)
class Candidate:
    """A generated sketch.

    Attributes:
        strokes: (32, 4, 2).
        checkpoint, checkpoint_sha256, seed: see ``Item``.
        noise: x0, of the same shape; None where it is not kept.
    """

    strokes: Tensor
    checkpoint: str | None = None
    checkpoint_sha256: str | None = None
    seed: int | None = None
    noise: Tensor | None = None

    def store(self, store: PreferenceStore) -> Item:
        """Have it on the disk."""
        named = (self.checkpoint, self.checkpoint_sha256, self.seed)
        return store.add_item(self.strokes, "sketch", *named, noise=self.noise)


@dataclass(frozen=True)
class CandidatePair:
    """Two sketches of the same condition.

    Attributes:
        a, b: the sketches.
        class_label, class_name, image: see ``Judgement``.
    """

    a: Candidate
    b: Candidate
    class_label: int | None = None
    class_name: str = ""
    image: str | None = None

    @property
    def condition(self) -> dict:
        """The fields of a record."""
        return {"class_label": self.class_label, "class_name": self.class_name, "image": self.image}


def simulate_choices(
    store: PreferenceStore, annotator: SimulatedAnnotator, pairs: Iterable[CandidatePair], name: str | None = None,
    repeat_share: float = 0.0, seed: int = 0,
) -> Session:  # fmt: skip
    """Answer every pair once, left and right drawn, and some a second time to measure agreement.

    Args:
        store: where to.
        annotator: who answers.
        pairs: in their order.
        name: of the session; None makes one.
        repeat_share: probability that a pair is shown again at the end, its sides drawn anew.
        seed: of the sides and the repeats.

    Returns:
        the session.
    """
    session, draw = store.session(annotator.name, name), random.Random(f"sides {seed}")
    shown: list[tuple[CandidatePair, Comparison]] = []
    for pair in pairs:
        entry = _answer(session, annotator, pair, pair.a.store(store), pair.b.store(store), draw.random() < 0.5)
        if draw.random() < repeat_share:
            shown.append((pair, entry))
    for pair, entry in shown:
        _answer(session, annotator, pair, entry.a, entry.b, draw.random() < 0.5, entry.id)
    return session


def simulate_ratings(
    store: PreferenceStore, annotator: SimulatedAnnotator, candidates: Iterable[Candidate], name: str | None = None,
    class_label: int | None = None, class_name: str = "",
) -> Session:  # fmt: skip
    """Rate every sketch of a class once; ``annotator.calibrate`` has set the scale.

    Raises:
        ValueError: it has not.
    """
    session = store.session(annotator.name, name)
    for candidate in candidates:
        rating = annotator.rate(candidate.strokes, class_label)
        session.rate(candidate.store(store), rating, class_label=class_label, class_name=class_name)
    return session


def _answer(
    session: Session, annotator: SimulatedAnnotator, pair: CandidatePair, a: Item, b: Item, swapped: bool,
    repeat_of: str | None = None,
) -> Comparison:  # fmt: skip
    preference = annotator.answer(pair.a.strokes, pair.b.strokes, pair.class_label, swapped)
    return session.compare(a, b, preference, swapped, repeat_of=repeat_of, **pair.condition)
