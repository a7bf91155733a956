"""Which images are compared."""

import random

import pytest

from stillhouse.engine.scene.curation.pairing import rings


def named(keys, rounds=3, seed=0):
    return {frozenset((keys[i], keys[j])) for i, j in rings(keys, rounds, seed)}


def test_every_image_is_compared_and_all_are_connected():
    keys = [f"k{i}" for i in range(40)]
    pairs = rings(keys, 1)
    assert len(pairs) == 40 and all(sum(i in pair for pair in pairs) == 2 for i in range(40))
    reached, frontier = {0}, [0]
    while frontier:
        here = frontier.pop()
        new = {other for pair in pairs if here in pair for other in pair} - reached
        reached |= new
        frontier += new
    assert reached == set(range(40))


def test_the_order_of_the_images_does_not_matter_and_one_more_changes_little():
    keys = [f"k{i}" for i in range(30)]
    shuffled = random.Random(0).sample(keys, len(keys))
    assert named(keys) == named(shuffled) != named(keys, seed=1)
    assert len(named(keys) - named([*keys, "new"])) <= 3


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 0), (2, 1), (3, 3)])
def test_few_images(count: int, expected: int):
    assert len(rings([str(i) for i in range(count)], 5)) == expected
