"""The words of the scene sentences, what they mean in space, and how many sentences they make."""

from dataclasses import dataclass
from math import perm, prod
from typing import Literal

from .errors import SentenceError

Complexity = Literal[1, 2, 3]

# predicate -> (axis, direction): +1 puts the subject first along the axis (above, left), -1 the object; 0 is symmetrical.
FACTS = {
    "on": ("vertical", 1),
    "under": ("vertical", -1),
    "left of": ("horizontal", 1),
    "right of": ("horizontal", -1),
    "next to": ("proximity", 0),
    "on top of": ("vertical", 1),
    "below": ("vertical", -1),
    "beside": ("proximity", 0),
    "near": ("proximity", 0),
}
COLOURS = ("red", "blue", "green", "yellow", "orange", "purple", "black", "white", "pink", "brown")
SHAPES = ("block", "cube", "box", "sphere")


@dataclass(frozen=True)
class Level:
    """What the graphs of one level of complexity are made of.

    Attributes:
        colours, shapes, predicates: the words.
        sizes: numbers of objects.
        loops: whether one relation more than the n - 1 that connect n >= 3 objects may be drawn.
    """

    colours: tuple[str, ...]
    shapes: tuple[str, ...]
    predicates: tuple[str, ...]
    sizes: tuple[int, ...]
    loops: bool

    @property
    def objects(self) -> list[tuple[str, str]]:
        """Every colour with every shape."""
        return [(colour, shape) for colour in self.colours for shape in self.shapes]


_PREDICATES = tuple(FACTS)
LEVELS = {
    1: Level(COLOURS[:4], SHAPES[:3], _PREDICATES[:5], sizes=(2, 3), loops=False),
    2: Level(COLOURS[:6], SHAPES[:3], _PREDICATES, sizes=(3, 4), loops=True),
    3: Level(COLOURS, SHAPES, _PREDICATES, sizes=(4, 5, 6), loops=True),
}


def level_of(complexity: int) -> Level:
    """The level of a complexity.

    Args:
        complexity: 1, 2 or 3.

    Raises:
        SentenceError: no such level.
    """
    if complexity not in LEVELS:
        raise SentenceError("complexity", repr(complexity), "1, 2 or 3", "Level 1 has the fewest words.")
    return LEVELS[complexity]


def distinct_sentences(level: Level) -> int:
    """How many distinct sentences a level has that state no more relations than connect their objects.

    The first clause takes an ordered pair of objects and a predicate. Each further one brings a new object, relates it to one
    of the k that were mentioned, as subject or as object, by any predicate: 2k choices of place.

    Returns:
        at level 1 the exact number of all its sentences: 12 * 11 * 5 = 660 with two objects and
        12 * 11 * 10 * 5^2 * 4 = 132,000 with three, together 132,660. At levels 2 (1,286,492,544) and 3 (about 3.1e17)
        sentences with a loop exist besides.
    """
    kinds, predicates = len(level.colours) * len(level.shapes), len(level.predicates)
    return sum(perm(kinds, n) * predicates ** (n - 1) * prod(2 * k for k in range(2, n)) for n in level.sizes)
