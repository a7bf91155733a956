"""Scenes that differ from another in one word: the hardest sentences to tell apart."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch

from .grammar import FACTS, Level, level_of
from .scene_graph import SceneGraph, flaw


def one_word_neighbours(graph: SceneGraph, complexity: int) -> list[SceneGraph]:
    """Every sound graph that differs in one colour, one shape or one relation.

    What counts: one object has another colour, or another shape, wherever it is mentioned; or one relation has another
    predicate that states another fact. ``on`` for ``on top of``, ``under`` for ``below``, and any of ``next to``, ``beside`` and
    ``near`` for another of them say the same and do not count. Articles follow the colours. Objects stay distinct, no relation
    is turned round, added or left out, and what ``scene_graph.flaw`` rejects is not among them.

    Args:
        graph: a sound graph.
        complexity: the level whose words are put in.

    Returns:
        in the order of objects (colours, then shapes), then relations; each once.

    Raises:
        SentenceError: no such level.
    """
    return [found for found in _variants(graph, level_of(complexity)) if flaw(found) is None]


def draw_neighbour(
    graph: SceneGraph, complexity: int, accepts: Callable[[SceneGraph], bool], generator: torch.Generator | None = None
) -> SceneGraph | None:
    """One of the neighbours, each as likely.

    Args:
        graph: a sound graph.
        complexity: the level whose words are put in.
        accepts: says whether a neighbour may be taken.
        generator: of the draw; None for PyTorch's global one.

    Returns:
        None where no neighbour is accepted.

    Raises:
        SentenceError: no such level.
    """
    variants = list(_variants(graph, level_of(complexity)))
    for number in torch.randperm(len(variants), generator=generator).tolist():
        if flaw(variants[number]) is None and accepts(variants[number]):
            return variants[number]
    return None


def _variants(graph: SceneGraph, level: Level) -> Iterator[SceneGraph]:
    """The neighbours, sound or not."""
    for i, (colour, shape) in enumerate(graph.objects):
        others = [(other, shape) for other in level.colours if other != colour]
        others += [(colour, other) for other in level.shapes if other != shape]
        for other in others:
            yield replace(graph, objects=_with(graph.objects, i, other))
    for i, (subject, predicate, target) in enumerate(graph.relations):
        for other in level.predicates:
            if FACTS[other] != FACTS[predicate]:
                yield replace(graph, relations=_with(graph.relations, i, (subject, other, target)))


def _with(items: tuple, index: int, item: tuple) -> tuple:
    return (*items[:index], item, *items[index + 1 :])
