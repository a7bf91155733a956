"""Graphs drawn at random."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from latent_scenes import LEVELS_WITH_GRAPHS

from stillhouse.datasets.latent import SentenceError, draw_graphs
from stillhouse.datasets.latent.generate import draw_graph
from stillhouse.datasets.latent.grammar import LEVELS, Level, distinct_sentences
from stillhouse.datasets.latent.scene_graph import flaw


@settings(max_examples=60, deadline=None)
@given(LEVELS_WITH_GRAPHS)
def test_every_graph_is_a_sound_one_of_its_level(drawn):
    complexity, graph = drawn
    level = LEVELS[complexity]
    assert flaw(graph) is None and len(graph.objects) in level.sizes
    assert len(graph.relations) - len(graph.objects) in ((-1, 0) if level.loops else (-1,))
    assert set(graph.objects) <= set(level.objects)
    assert {predicate for _, predicate, _ in graph.relations} <= set(level.predicates)


@pytest.mark.parametrize("complexity", [1, 2, 3])
def test_the_seed_decides_and_fewer_are_the_beginning_of_more(complexity: int):
    graphs = list(draw_graphs(50, complexity, seed=3))
    assert len({graph.sentence() for graph in graphs}) == 50
    assert list(draw_graphs(20, complexity, seed=3)) == graphs[:20]
    assert list(draw_graphs(50, complexity, seed=4)) != graphs


def test_the_first_sentences_of_seed_0_stay_the_same():
    assert [graph.sentence() for graph in draw_graphs(3, 1, seed=0)] == [
        "a green block is on a blue cube and the blue cube is right of a green cube.",
        "a yellow block is next to a blue cube and a green box is on the yellow block.",
        "a yellow box is on a red cube.",
    ]


def test_every_word_is_used_at_every_level():
    for complexity, level in LEVELS.items():
        graphs = list(draw_graphs(400, complexity, seed=0))
        assert {item for graph in graphs for item in graph.objects} == set(level.objects)
        assert {p for graph in graphs for _, p, _ in graph.relations} == set(level.predicates)
        assert set(Counter(len(graph.objects) for graph in graphs)) == set(level.sizes)


def test_draws_reach_every_sentence_and_no_other():
    small = Level(("red",), ("block", "cube", "box"), ("on", "next to"), sizes=(2, 3), loops=False)
    rng = random.Random(0)
    found = {draw_graph(small, rng).sentence() for _ in range(3000)}
    assert len(found) == distinct_sentences(small) == 6 * 2 + 6 * 4 * 4


@pytest.mark.parametrize("num", [0, -1, 132_661])
def test_more_than_there_are(num: int):
    with pytest.raises(SentenceError, match=rf"num: got {num:,}, expected 1 to 132,660\. Level 1 has 132,660 distinct"):
        draw_graphs(num, 1, seed=0)


def test_a_level_with_loops_says_what_it_counts():
    with pytest.raises(
        SentenceError, match=r"Level 2 has 1,286,492,544 distinct sentences without loops\. Ask for fewer"
    ):
        draw_graphs(10**10, 2, seed=0)
