"""What is recorded: a choice between two items, a rating of one, and the tombstone that takes either back."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Literal, get_args

Preference = Literal["a", "b", "tie", "both_bad", "skip"]
PREFERENCES: tuple[str, ...] = get_args(Preference)
RATINGS = (1, 2, 3, 4, 5)


def new_id() -> str:
    """32 random hexadecimal digits."""
    return uuid.uuid4().hex


def now() -> str:
    """The time in UTC to the microsecond; such texts sort by time."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Item:
    """What is judged, and where it came from.

    Attributes:
        file: its array, relative to the root.
        kind: of ``payload.KINDS``.
        checkpoint: that generated it, as it was called; never opened.
        checkpoint_sha256: of that file.
        seed: of the noise.
        noise: the array it was generated from, relative to the root.
    """

    file: str
    kind: str = "sketch"
    checkpoint: str | None = None
    checkpoint_sha256: str | None = None
    seed: int | None = None
    noise: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the array."""
        return PurePosixPath(self.file).stem

    @property
    def model(self) -> str | None:
        """What names the model: the checkpoint's hash, else its path, else None."""
        return self.checkpoint_sha256 or self.checkpoint


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every line has.

    Attributes:
        session: one sitting of an annotator; names the file.
        annotator: who answered.
        id: 32 hexadecimal digits, unique.
        timestamp: of ``now``.
    """

    session: str
    annotator: str
    id: str = field(default_factory=new_id)
    timestamp: str = field(default_factory=now)


@dataclass(frozen=True, kw_only=True)
class Judgement(Entry):
    """What choices and ratings share.

    Attributes:
        class_label: of the condition; None where there is none.
        class_name: its name, plain text.
        image: the picture that was to be drawn, relative to the root.
        response_ms: from showing to answering.
        repeat_of: the id of the earlier record that this one repeats to measure agreement.
    """

    class_label: int | None = None
    class_name: str = ""
    image: str | None = None
    response_ms: int | None = None
    repeat_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison(Judgement):
    """A choice between two items.

    Attributes:
        a, b: the items.
        preference: ``a``, ``b``, ``tie``, ``both_bad`` or ``skip``.
        swapped: a was shown on the right.
    """

    a: Item
    b: Item
    preference: str
    swapped: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        """The digests in an order that does not depend on the side."""
        first, second = self.a.digest, self.b.digest
        return (first, second) if first <= second else (second, first)


@dataclass(frozen=True, kw_only=True)
class Rating(Judgement):
    """A rating of one item.

    Attributes:
        item: what was rated.
        rating: 1 (worst) to 5.
    """

    item: Item
    rating: int


@dataclass(frozen=True, kw_only=True)
class Undo(Entry):
    """A tombstone.

    Attributes:
        undoes: the id of the record that no longer counts.
    """

    undoes: str


TYPES: dict[str, type[Entry]] = {"pairwise": Comparison, "absolute": Rating, "undo": Undo}


def items_of(entry: Entry) -> tuple[Item, ...]:
    """The items of a record; none of a tombstone."""
    if isinstance(entry, Comparison):
        return entry.a, entry.b
    return (entry.item,) if isinstance(entry, Rating) else ()
