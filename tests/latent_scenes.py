"""Scene graphs that several tests of the sentences share."""

import random

from hypothesis import strategies as st

from stillhouse.datasets.latent import SceneGraph
from stillhouse.datasets.latent.generate import draw_graph
from stillhouse.datasets.latent.grammar import LEVELS

OBJECTS = (("red", "block"), ("blue", "cube"), ("green", "box"), ("orange", "sphere"))


def scene(*relations: tuple[int, str, int], objects: int | None = None) -> SceneGraph:
    """A graph of the first objects, as many as the relations mention."""
    mentioned = 1 + max(max(subject, target) for subject, _, target in relations)
    return SceneGraph(OBJECTS[: objects or mentioned], relations)


def _drawn(complexity: int, seed: int) -> tuple[int, SceneGraph]:
    return complexity, draw_graph(LEVELS[complexity], random.Random(seed))


LEVELS_WITH_GRAPHS = st.builds(_drawn, st.sampled_from((1, 2, 3)), st.integers(0, 2**32))
