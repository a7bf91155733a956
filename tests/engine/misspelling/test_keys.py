"""The keys that a config's text has, and their misspellings."""

import random

import pytest

from stillhouse.engine.misspelling.keys import KINDS, keys_of, misspellings, rewritten

SOURCE = """
_base_ = ["other.py"]
width = 8
data = dict(type="Text", path="a")
model = dict(
    network=dict(type="Net", width="${width}"),
    losses=dict(own=dict(type="Loss", weight=1.0), inherited=dict(weight=2.0)),
)
loader = [dict(batch=1, **data), (dict(rate=2),)]
groups = dict(custom_keys={"network.head": dict(factor=0.1)})
del data
"""


def test_every_key_is_found_however_deep():
    found = [key.name for key in keys_of(SOURCE)]
    assert found == [
        "_base_", "width", "type", "path", "model", "network", "type", "width", "losses", "own", "type", "weight", "inherited",
        "weight", "loader", "batch", "rate", "groups", "custom_keys", "network.head", "factor",
    ]  # fmt: skip


def test_only_names_that_are_one_s_own_choice_are_free():
    assert [key.name for key in keys_of(SOURCE) if key.free] == ["own", "network.head"]


def test_a_key_is_rewritten_in_its_place():
    for key in keys_of(SOURCE):
        changed = rewritten(SOURCE, key, "Z" * len(key.name))
        assert changed != SOURCE and changed.replace("Z" * len(key.name), key.name) == SOURCE


def one_character_apart(name: str, wrong: str, kind: str) -> bool:
    if kind == "substitution":
        return len(name) == len(wrong) and sum(a != b for a, b in zip(name, wrong)) == 1
    if kind == "transposition":
        places = [i for i, (a, b) in enumerate(zip(name, wrong)) if a != b]
        return sorted(name) == sorted(wrong) and len(places) == 2 and places[1] == places[0] + 1
    longer, shorter = (name, wrong) if kind == "deletion" else (wrong, name)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


@pytest.mark.parametrize("name", ["type", "lr", "_base_", "T_max", "batch_size", "aab"])
def test_each_misspelling_is_one_character_away(name: str):
    for seed in range(50):
        found = misspellings(name, random.Random(seed))
        assert set(found) == set(KINDS)
        assert all(one_character_apart(name, wrong, kind) for kind, wrong in found.items()), found


def test_a_key_without_room_has_fewer():
    assert set(misspellings("q", random.Random(0))) == {"substitution", "insertion"}
    assert set(misspellings("aa", random.Random(0))) == {"substitution", "deletion", "insertion"}
    assert misspellings("width", random.Random(3)) == misspellings("width", random.Random(3))
