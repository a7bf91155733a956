"""Scenes that differ in one word."""

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from latent_scenes import LEVELS_WITH_GRAPHS, scene

from stillhouse.datasets.latent import SceneGraph, SentenceError, one_word_neighbours
from stillhouse.datasets.latent.grammar import FACTS, LEVELS
from stillhouse.datasets.latent.neighbours import draw_neighbour
from stillhouse.datasets.latent.scene_graph import flaw


def changes(one: SceneGraph, other: SceneGraph) -> list[tuple]:
    """(kind, before, after) of each colour, shape and relation that differs; the structure must not."""
    assert [r[::2] for r in one.relations] == [r[::2] for r in other.relations]
    assert len(one.objects) == len(other.objects)
    words = [(kind, a, b) for pair in zip(one.objects, other.objects) for kind, a, b in zip(("colour", "shape"), *pair)]
    words += [("relation", a[1], b[1]) for a, b in zip(one.relations, other.relations)]
    return [word for word in words if word[1] != word[2]]


@settings(max_examples=40, deadline=None)
@given(LEVELS_WITH_GRAPHS)
def test_neighbours_are_sound_and_differ_in_one_fact(drawn):
    complexity, graph = drawn
    found = one_word_neighbours(graph, complexity)
    assert len(set(found)) == len({near.sentence() for near in found}) == len(found) > 0
    for near in found:
        [(kind, before, after)] = changes(graph, near)
        assert flaw(near) is None
        assert kind != "relation" or FACTS[before] != FACTS[after]
        # Neighbourhood is mutual.
        assert graph in one_word_neighbours(near, complexity)


def test_all_neighbours_of_a_sentence_of_level_1():
    graph = SceneGraph((("red", "block"), ("red", "cube")), ((0, "on", 1),))
    sentences = [near.sentence() for near in one_word_neighbours(graph, 1)]
    assert sentences == [
        "a blue block is on a red cube.", "a green block is on a red cube.", "a yellow block is on a red cube.",
        "a red box is on a red cube.",
        "a red block is on a blue cube.", "a red block is on a green cube.", "a red block is on a yellow cube.",
        "a red block is on a red box.",
        "a red block is under a red cube.", "a red block is left of a red cube.",
        "a red block is right of a red cube.", "a red block is next to a red cube.",
    ]  # fmt: skip


def test_what_says_the_same_is_no_neighbour():
    for same in (("on", "on top of"), ("under", "below"), ("next to", "beside", "near")):
        near = {other.relations[0][1] for other in one_word_neighbours(scene((0, same[0], 1)), 3)}
        assert near == {*LEVELS[3].predicates} - set(same) | {same[0]}


def test_what_would_contradict_is_no_neighbour():
    graph = scene((0, "on", 1), (1, "on", 2), (0, "on", 2))
    near = [changes(graph, other)[0] for other in one_word_neighbours(graph, 1)]
    assert Counter(change[1:] for change in near if change[0] == "relation")[("on", "under")] == 2


def test_every_accepted_neighbour_is_drawn_and_nothing_else():
    graph = scene((0, "on", 1), (1, "left of", 2))
    wanted = {near for near in one_word_neighbours(graph, 1) if near.objects == graph.objects}
    generator = torch.Generator().manual_seed(0)
    found = {draw_neighbour(graph, 1, lambda near: near.objects == graph.objects, generator) for _ in range(200)}
    assert found == wanted and len(wanted) == 8
    assert draw_neighbour(graph, 1, lambda near: False) is None


def test_the_generator_decides():
    graph = scene((0, "on", 1))
    first, again, other = (
        [draw_neighbour(graph, 2, bool, torch.Generator().manual_seed(seed + i)) for i in range(9)]
        for seed in (0, 0, 50)
    )
    assert first == again != other


def test_an_unknown_level():
    with pytest.raises(SentenceError, match="complexity: got 5, expected 1, 2 or 3"):
        one_word_neighbours(scene((0, "on", 1)), 5)
