import json

import numpy as np
import pytest

from stillhouse.datasets.can import CANDataWarning, cache

ARRAYS = {"a": np.arange(1000.0), "empty": np.zeros((2, 0), np.int64)}
FACTS = {"names": ["x"], "number": 3}


@pytest.fixture
def folder(tmp_path):
    cache.write(tmp_path / "deep" / "cache", ARRAYS, FACTS)
    return tmp_path / "deep" / "cache"


def test_round_trip_leaves_no_temporary_folder(folder):
    arrays, facts = cache.read(folder)
    assert facts == FACTS
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
    assert [path.name for path in folder.parent.iterdir()] == ["cache"]


def test_no_cache_is_none(tmp_path):
    assert cache.read(tmp_path / "none") is None


def test_a_second_writer_keeps_a_good_cache(folder):
    cache.write(folder, {"a": np.zeros(1)}, {})
    assert cache.read(folder)[1] == FACTS


@pytest.mark.parametrize("damage", ["truncate", "remove", "facts", "shape", "a byte", "a fact", "an earlier version"])
def test_damage_is_reported_and_replaced(folder, damage):
    if damage == "truncate":
        (folder / "a.npy").write_bytes((folder / "a.npy").read_bytes()[:500])
    if damage == "remove":
        (folder / "a.npy").unlink()
    if damage == "facts":
        (folder / "facts.json").write_text("{")
    if damage == "shape":
        np.save(folder / "a.npy", np.arange(3.0))
    if damage == "a byte":
        content = bytearray((folder / "a.npy").read_bytes())
        content[-3] ^= 1
        (folder / "a.npy").write_bytes(content)
    facts = json.loads((folder / "facts.json").read_text()) if damage != "facts" else {}
    if damage == "a fact":
        (folder / "facts.json").write_text(json.dumps({**facts, "facts": {**FACTS, "number": 4}}))
    if damage == "an earlier version":
        (folder / "facts.json").write_text(json.dumps({name: facts[name] for name in ("shapes", "facts")}))
    with pytest.warns(CANDataWarning, match="the cache is damaged or of an earlier version; it is built again"):
        assert cache.read(folder) is None
    cache.write(folder, ARRAYS, FACTS)
    assert cache.read(folder)[1] == FACTS
