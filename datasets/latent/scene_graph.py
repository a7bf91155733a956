"""A few coloured solids and how they stand to each other, as a graph and as a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from .grammar import COLOURS, FACTS, SHAPES

Object = tuple[str, str]
Relation = tuple[int, str, int]


@dataclass(frozen=True)
class SceneGraph:
    """Objects and the relations between them, in the order in which the sentence states them.

    Attributes:
        objects: (colour, shape) each.
        relations: (index of the subject, predicate, index of the object) each.
    """

    objects: tuple[Object, ...]
    relations: tuple[Relation, ...]

    def sentence(self) -> str:
        """The graph in English: ``a red block is on a blue cube and the blue cube is left of a green box.``"""
        clauses = list(self._clauses())
        return " and ".join(filter(None, [", ".join(clauses[:-1]), clauses[-1]])) + "."

    def _clauses(self) -> Iterator[str]:
        mentioned: set[int] = set()
        for subject, predicate, target in self.relations:
            yield f"{self._mention(subject, mentioned)} is {predicate} {self._mention(target, mentioned)}"

    def _mention(self, index: int, mentioned: set[int]) -> str:
        """An object by colour and shape, with the indefinite article at its first mention."""
        colour, shape = self.objects[index]
        article = "the" if index in mentioned else "an" if colour[0] in "aeiou" else "a"
        mentioned.add(index)
        return f"{article} {colour} {shape}"


def flaw(graph: SceneGraph) -> str | None:
    """Why a graph describes no scene of the grammar.

    A flaw is an unknown word, a relation of an object to nothing or to itself, two objects of the same colour and shape, two
    relations of the same pair of objects (one repeats or contradicts the other), an object that is not connected to the rest,
    and a circle along the vertical or the horizontal axis (A on B, B on C, A under C). The two axes are judged apart.

    Returns:
        one line, or None where the graph is sound.
    """
    return _wrong_words(graph) or _wrong_relations(graph) or _wrong_space(graph)


def _wrong_words(graph: SceneGraph) -> str | None:
    if len(set(graph.objects)) < max(2, len(graph.objects)):
        return "needs two or more objects that differ in colour or shape"
    for colour, shape in graph.objects:
        if colour not in COLOURS or shape not in SHAPES:
            return f"'{colour} {shape}' is not made of {', '.join(COLOURS)} and {', '.join(SHAPES)}"
    for _, predicate, _ in graph.relations:
        if predicate not in FACTS:
            return f"the relation {predicate!r} is none of {', '.join(FACTS)}"
    return None


def _wrong_relations(graph: SceneGraph) -> str | None:
    pairs = [frozenset((subject, target)) for subject, _, target in graph.relations]
    for relation, pair in zip(graph.relations, pairs):
        if len(pair) == 1 or not all(0 <= index < len(graph.objects) for index in pair):
            return (
                f"the relation {list(relation)} does not join two of the {len(graph.objects)} objects, counted from 0"
            )
    if len(set(pairs)) < len(pairs):
        return "two relations join the same objects, so one repeats or contradicts the other"
    if len(_reached(pairs)) < len(graph.objects):
        return "some object is not connected to the others"
    return None


def _reached(pairs: list[frozenset[int]]) -> set[int]:
    """The objects that relations connect with object 0."""
    reached, before = {0}, 0
    while len(reached) > before:
        before = len(reached)
        reached = reached.union(*(pair for pair in pairs if pair & reached))
    return reached


def _wrong_space(graph: SceneGraph) -> str | None:
    for axis in ("vertical", "horizontal"):
        facts = [(FACTS[predicate], subject, target) for subject, predicate, target in graph.relations]
        ahead = {(a, b) if fact[1] > 0 else (b, a) for fact, a, b in facts if fact[0] == axis}
        if _circular(ahead):
            return f"its {axis} relations go round in a circle"
    return None


def _circular(ahead: set[tuple[int, int]]) -> bool:
    """Whether pairs (earlier, later) admit no order; pairs whose first has nothing before it are taken off until none is left."""
    while ahead:
        behind = {later for _, later in ahead}
        rest = {pair for pair in ahead if pair[0] in behind}
        if rest == ahead:
            return True
        ahead = rest
    return False
