"""Tensors kept in a file."""

import random
from pathlib import Path

import pytest
import torch

from stillhouse.hooks.kept import kept

TABLE = {"a": torch.arange(200.0), "b": torch.zeros(3, 0)}


def refuse():
    raise AssertionError("computed again")


def test_what_was_computed_once_is_read(tmp_path: Path):
    path = tmp_path / "cache" / "table.pt"
    first, second = kept(path, lambda: TABLE), kept(path, refuse)
    assert first is TABLE and torch.equal(second["a"], TABLE["a"]) and second["b"].shape == (3, 0)
    assert [file.name for file in path.parent.iterdir()] == ["table.pt"]


def test_without_a_file_nothing_is_kept():
    assert kept(None, lambda: 1) == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_computed_again_and_never_another_content(tmp_path: Path, seed: int):
    draw, path = random.Random(seed), tmp_path / "table.pt"
    kept(path, lambda: TABLE)
    content = bytearray(path.read_bytes())
    values = content.find(TABLE["a"].numpy().tobytes())
    content[values + draw.randrange(800)] ^= draw.randint(1, 255)
    path.write_bytes(content if seed % 2 else content[: draw.randrange(len(content))])
    with pytest.warns(UserWarning, match=r"table.pt: the cache is damaged; it is built again"):
        assert kept(path, lambda: TABLE) is TABLE
    assert torch.equal(kept(path, refuse)["a"], TABLE["a"])


def test_no_memory_is_no_damage(tmp_path: Path, monkeypatch):
    path = tmp_path / "table.pt"
    kept(path, lambda: TABLE)
    monkeypatch.setattr("torch.load", lambda *a, **k: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(MemoryError):
        kept(path, refuse)
