"""What the page shows: whatever can draw items, turn them into markup, and say what to record of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ....datasets.sketch.preferences import Item, PreferenceStore
from ...errors import StillhouseError


class PageError(StillhouseError):
    """A page that cannot be served, or a request that it cannot follow."""


@dataclass(frozen=True)
class Condition:
    """What all items of a pair or a grid show.

    Attributes:
        label: of the class; None where there is none.
        name: of the class, plain text; empty where there is none.
    """

    label: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Drawn:
    """An item that has been drawn and is not yet stored.

    Attributes:
        array: what is stored of it; see ``PreferenceStore.add_item`` for its shape.
        kind: of ``payload.KINDS``.
        checkpoint, checkpoint_sha256, seed: see ``Item``.
        noise: x0; None where it is not kept.
    """

    array: Any
    kind: str
    checkpoint: str | None = None
    checkpoint_sha256: str | None = None
    seed: int | None = None
    noise: Any = None

    def store(self, store: PreferenceStore) -> Item:
        """Have it on the disk."""
        named = (self.checkpoint, self.checkpoint_sha256, self.seed)
        return store.add_item(self.array, self.kind, *named, noise=self.noise)


class ItemSource(Protocol):
    """Draws items for the page.

    ``draw`` is called in one thread, ``markup`` in several.

    Attributes:
        run: names what is compared, in letters, digits, ``_``, ``.`` and ``-``; a sitting is found again by it.
        noun, nouns: what an item, and several, are called on the page.
        conditions: at least one; they take turns.
    """

    run: str
    noun: str
    nouns: str
    conditions: Sequence[Condition]

    def draw(self, condition: Condition, seeds: Sequence[int]) -> list[Drawn]:
        """Independent items of one condition.

        Args:
            condition: of ``conditions``.
            seeds: one an item, each below 2 ** 53.

        Returns:
            an item a seed, of which the even places belong to the first model and the odd ones to the second.
        """
        ...

    def markup(self, array: np.ndarray) -> str:
        """HTML or SVG of a stored array; nothing in it may tell which model drew it.

        Args:
            array: as the store holds it, float32.
        """
        ...
