"""Graphs as English, and graphs that describe nothing."""

import re
from itertools import permutations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from latent_scenes import LEVELS_WITH_GRAPHS, OBJECTS, scene

from stillhouse.datasets.latent import SceneGraph
from stillhouse.datasets.latent.grammar import FACTS, LEVELS
from stillhouse.datasets.latent.scene_graph import flaw

CLAUSE = re.compile(
    rf"(a|an|the) (\w+) (\w+) is ({'|'.join(sorted(FACTS, key=len, reverse=True))}) (a|an|the) (\w+) (\w+)"
)


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        (scene((0, "on", 1)), "a red block is on a blue cube."),
        (
            scene((0, "on", 1), (1, "left of", 2)),
            "a red block is on a blue cube and the blue cube is left of a green box.",
        ),
        (
            scene((0, "near", 1), (3, "below", 0), (3, "next to", 2)),
            "a red block is near a blue cube, an orange sphere is below the red block "
            "and the orange sphere is next to a green box.",
        ),
    ],
)
def test_sentences(graph: SceneGraph, sentence: str):
    assert graph.sentence() == sentence and flaw(graph) is None


@settings(max_examples=60, deadline=None)
@given(LEVELS_WITH_GRAPHS)
def test_a_sentence_says_all_of_its_graph(drawn):
    graph = drawn[1]
    clauses = CLAUSE.findall(graph.sentence())
    objects = list(dict.fromkeys(item for c in clauses for item in (tuple(c[1:3]), tuple(c[5:7]))))
    assert tuple(objects) == graph.objects
    assert tuple((objects.index(c[1:3]), c[3], objects.index(c[5:7])) for c in clauses) == graph.relations
    articles = [article for c in clauses for article in (c[0], c[4])]
    assert sum(article != "the" for article in articles) == len(graph.objects)
    assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", graph.sentence())


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (SceneGraph((("red", "block"),), ()), "needs two or more objects that differ"),
        (SceneGraph((("red", "block"),) * 2, ((0, "on", 1),)), "needs two or more objects that differ"),
        (SceneGraph((("red", "block"), ("teal", "cube")), ((0, "on", 1),)), "'teal cube' is not made of red, blue"),
        (SceneGraph((("red", "block"), ("red", "cone")), ((0, "on", 1),)), "'red cone' is not made of"),
        (scene((0, "in", 1)), "the relation 'in' is none of on, under"),
        (scene((0, "on", 1), (1, "on", 1)), r"\[1, 'on', 1\] does not join two of the 2 objects"),
        (scene((0, "on", 2), objects=2), r"\[0, 'on', 2\] does not join two of the 2 objects, counted from 0"),
        (scene((0, "on", -1), objects=2), r"\[0, 'on', -1\] does not join"),
        (scene((0, "on", 1), (1, "on", 0)), "two relations join the same objects"),
        (scene((0, "left of", 1), (1, "left of", 0)), "two relations join the same objects"),
        (scene((0, "left of", 1), (1, "right of", 0)), "one repeats or contradicts the other"),
        (scene((0, "next to", 1), (1, "beside", 0)), "one repeats or contradicts the other"),
        (scene((0, "on", 1), objects=3), "some object is not connected"),
        (scene((0, "on", 1), (2, "on", 3)), "some object is not connected"),
        (scene((0, "on", 1), (1, "on top of", 2), (0, "below", 2)), "its vertical relations go round in a circle"),
        (scene((0, "left of", 1), (1, "left of", 2), (0, "right of", 2)), "its horizontal relations go round"),
    ],
)
def test_flaws(graph: SceneGraph, message: str):
    assert re.search(message, flaw(graph) or "nothing")


def test_axes_are_judged_apart():
    assert flaw(scene((0, "on", 1), (1, "left of", 2), (2, "next to", 0))) is None
    assert flaw(scene((0, "on", 1), (1, "on", 2), (0, "on", 2))) is None


RELATIONS = st.tuples(st.integers(0, 3), st.sampled_from(LEVELS[3].predicates), st.integers(0, 3))


def fits_some_order(graph: SceneGraph, axis: str) -> bool:
    """Whether the objects can be put in a row so that every relation of the axis holds."""
    facts = [(FACTS[predicate], s, t) for s, predicate, t in graph.relations if FACTS[predicate][0] == axis]
    return any(all((row[s] < row[t]) == (fact[1] > 0) for fact, s, t in facts) for row in permutations(range(4)))


# Most graphs drawn at random are in pieces; how many come first is chance.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(RELATIONS, min_size=3, max_size=6, unique_by=lambda relation: frozenset(relation[::2])))
def test_a_connected_graph_is_sound_where_each_axis_has_an_order(relations):
    graph = SceneGraph(OBJECTS, tuple(relations))
    found = flaw(graph) or ""
    assume("join" not in found and "connected" not in found)
    assert (not found) == all(fits_some_order(graph, axis) for axis in ("vertical", "horizontal"))
