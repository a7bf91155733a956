"""What stands on the page: two items to choose between, or a grid to rate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ....datasets.sketch.preferences import Comparison, Item, Judgement, PreferenceStore, Rating
from ....datasets.sketch.preferences.record import new_id
from .source import Condition, Drawn, ItemSource


@dataclass(frozen=True)
class Card:
    """A stored item and how it looks.

    Attributes:
        item: of the store.
        markup: of the source.
    """

    item: Item
    markup: str


@dataclass(frozen=True)
class Pair:
    """Two items to choose between.

    Attributes:
        id: of the record to be, so that a pair is answered once.
        condition: of both.
        a, b: the items.
        swapped: a stands on the right.
        repeat_of: the record that this pair repeats.
    """

    id: str
    condition: Condition
    a: Card
    b: Card
    swapped: bool = False
    repeat_of: str | None = None

    @property
    def shown(self) -> tuple[Card, Card]:
        """Left and right."""
        return (self.b, self.a) if self.swapped else (self.a, self.b)


@dataclass(frozen=True)
class Grid:
    """Items to rate together.

    Attributes:
        ids: of the records to be.
        condition: of all.
        cards: the items.
        ratings: that are already given, 0 where there is none; empty where the grid is new.
    """

    ids: tuple[str, ...]
    condition: Condition
    cards: tuple[Card, ...]
    ratings: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """Of the first record."""
        return self.ids[0]


class Table:
    """Where cards are made.

    Args:
        source: of the items.
        store: that keeps them.
    """

    def __init__(self, source: ItemSource, store: PreferenceStore) -> None:
        self.source, self.store = source, store

    def pair(self, condition: Condition, seeds: Sequence[int], swapped: bool) -> Pair:
        """A new pair of independent items."""
        a, b = self._cards(condition, seeds)
        return Pair(new_id(), condition, a, b, swapped)

    def grid(self, condition: Condition, seeds: Sequence[int]) -> Grid:
        """A new grid, an item a seed."""
        cards = self._cards(condition, seeds)
        return Grid(tuple(new_id() for _ in cards), condition, cards)

    def pair_again(self, record: Comparison) -> Pair:
        """The pair of a record, to be answered once more on the same sides."""
        condition = Condition(record.class_label, record.class_name)
        return Pair(new_id(), condition, self._card(record.a), self._card(record.b), record.swapped, record.repeat_of)

    def repeated(self, record: Comparison, swapped: bool) -> Pair:
        """The pair of a record, shown a second time to measure agreement."""
        return replace(self.pair_again(record), swapped=swapped, repeat_of=record.id)

    def grid_again(self, records: Sequence[Rating]) -> Grid:
        """The grid of some records, with their ratings."""
        condition = Condition(records[0].class_label, records[0].class_name)
        cards = tuple(self._card(record.item) for record in records)
        return Grid(tuple(new_id() for _ in cards), condition, cards, tuple(record.rating for record in records))

    def _cards(self, condition: Condition, seeds: Sequence[int]) -> tuple[Card, ...]:
        return tuple(self._new_card(one) for one in self.source.draw(condition, seeds))

    def _new_card(self, drawn: Drawn) -> Card:
        return self._card(drawn.store(self.store))

    def _card(self, item: Item) -> Card:
        # Of the stored numbers, so that an item looks the same whenever it is shown.
        return Card(item, self.source.markup(self.store.read_item(item)))


def fields_of(condition: Condition) -> dict:
    """The fields of a record."""
    return {"class_label": condition.label, "class_name": condition.name}


def is_answer(record: Judgement) -> bool:
    """Whether a record says anything of its items: a skip does not."""
    return not (isinstance(record, Comparison) and record.preference == "skip")
