"""Words and counts."""

from itertools import permutations, product

import pytest

from stillhouse.datasets.latent import SceneGraph, SentenceError
from stillhouse.datasets.latent.grammar import FACTS, LEVELS, Level, distinct_sentences, level_of
from stillhouse.datasets.latent.scene_graph import flaw


def enumerated(level: Level):
    """Every graph of two or three objects, written out: the second clause joins object 2 to 0 or 1, either way round."""
    for objects in permutations(level.objects, 2):
        for predicate in level.predicates:
            yield SceneGraph(objects, ((0, predicate, 1),))
    places = ((0, 2), (1, 2), (2, 0), (2, 1))
    for objects in permutations(level.objects, 3):
        for first, second, (subject, target) in product(level.predicates, level.predicates, places):
            yield SceneGraph(objects, ((0, first, 1), (subject, second, target)))


def test_level_1_has_132660_distinct_sentences():
    sentences = [graph.sentence() for graph in enumerated(LEVELS[1])]
    assert len(set(sentences)) == len(sentences) == distinct_sentences(LEVELS[1]) == 132_660


def test_none_of_them_contradicts_itself():
    small = Level(("red", "blue"), ("block", "cube"), LEVELS[1].predicates, sizes=(2, 3), loops=False)
    graphs = list(enumerated(small))
    assert len(graphs) == distinct_sentences(small) == 4 * 3 * 5 + 4 * 3 * 2 * 25 * 4
    assert not [graph for graph in graphs if flaw(graph)]


def test_the_counts_without_loops_of_the_other_levels():
    assert distinct_sentences(LEVELS[2]) == 1_286_492_544
    assert distinct_sentences(LEVELS[3]) == 313_423_923_300_958_080


def test_each_level_adds_words():
    assert [(len(level.colours), len(level.shapes), len(level.predicates)) for level in LEVELS.values()] == [
        (4, 3, 5), (6, 3, 9), (10, 4, 9)
    ]  # fmt: skip
    assert [level.sizes for level in LEVELS.values()] == [(2, 3), (3, 4), (4, 5, 6)]
    assert not {"in", "inside"} & set(FACTS)


@pytest.mark.parametrize("complexity", [0, 4, "1"])
def test_an_unknown_level(complexity):
    with pytest.raises(SentenceError, match=rf"complexity: got {complexity!r}, expected 1, 2 or 3\."):
        level_of(complexity)
