"""Locks and whole files."""

from pathlib import Path

import pytest

from stillhouse.datasets.scene import SceneError
from stillhouse.datasets.scene.durable import locked, write_durably


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch):
    path = tmp_path / "deep" / "file"
    write_durably(path, b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]


def test_a_lock_is_waited_for_and_named(tmp_path: Path):
    path = tmp_path / "refs.jsonl"
    with locked(path), pytest.raises(SceneError, match=r"refs\.jsonl: got a lock that another"), locked(path, 0.05):
        pass
    with locked(path, 0.05):
        pass
