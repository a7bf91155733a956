"""Scene graphs drawn at random, each with a sentence of its own."""

import random
from collections.abc import Iterator

from .errors import SentenceError
from .grammar import Level, distinct_sentences, level_of
from .scene_graph import Relation, SceneGraph, flaw


def draw_graphs(num: int, complexity: int, seed: int) -> Iterator[SceneGraph]:
    """Graphs with distinct sentences; fewer of the same seed are the beginning of more.

    Args:
        num: how many, at least 1. Numbers of objects are equally likely until the sentences with few of them run out.
        complexity: level 1, 2 or 3.
        seed: the same gives the same graphs.

    Raises:
        SentenceError: no such level, or more than it has (see ``grammar.distinct_sentences``).
    """
    level = level_of(complexity)
    exist = distinct_sentences(level)
    if not 1 <= num <= exist:
        remedy = f"Level {complexity} has {exist:,} distinct sentences{' without loops' if level.loops else ''}."
        raise SentenceError("num", f"{num:,}", f"1 to {exist:,}", remedy + " Ask for fewer, or raise the complexity.")
    return _distinct(num, level, random.Random(seed))


def _distinct(num: int, level: Level, rng: random.Random) -> Iterator[SceneGraph]:
    seen: set[SceneGraph] = set()
    while len(seen) < num:
        graph = draw_graph(level, rng)
        # Objects differ and stand in the order of their mention, so distinct graphs have distinct sentences.
        if graph not in seen:
            seen.add(graph)
            yield graph


def draw_graph(level: Level, rng: random.Random) -> SceneGraph:
    """One sound graph; those that contradict themselves are drawn again.

    Args:
        level: the words and sizes.
        rng: the source of randomness.

    Returns:
        objects in the order of their first mention; each relation but the last of a loop brings in a new one.
    """
    while True:
        size = rng.choice(level.sizes)
        relations = [_joining(new, level, rng) for new in range(1, size)]
        if level.loops and size > 2 and rng.random() < 0.5:
            relations.append(_between(rng.sample(range(size), 2), level, rng))
        graph = SceneGraph(tuple(rng.sample(level.objects, size)), tuple(relations))
        if flaw(graph) is None:
            return graph


def _joining(new: int, level: Level, rng: random.Random) -> Relation:
    """A relation of object ``new`` to an earlier one; the first clause mentions object 0 first."""
    pair = [rng.randrange(new), new]
    if new > 1 and rng.random() < 0.5:
        pair.reverse()
    return _between(pair, level, rng)


def _between(pair: list[int], level: Level, rng: random.Random) -> Relation:
    return pair[0], rng.choice(level.predicates), pair[1]
