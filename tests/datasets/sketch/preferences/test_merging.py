"""Merging: every record once, however often and in whatever order."""

from pathlib import Path

import pytest

from stillhouse.datasets.sketch.preferences import PreferenceError, PreferenceStore, merge, validate


@pytest.fixture
def stores(tmp_path: Path, sketch) -> list[PreferenceStore]:
    """Two stores with a session of the same name and a common sketch."""
    found = [PreferenceStore(tmp_path / name) for name in ("one", "two")]
    for number, store in enumerate(found):
        items = [store.add_item(sketch(seed), noise=sketch(90 + number)) for seed in (0, 1 + number)]
        session = store.session(f"annotator {number}", "same")
        entries = [session.compare(*items, "a") for _ in range(4)]
        session.undo(entries[1].id)
    return found


def ids(store: PreferenceStore) -> list[str]:
    return sorted(entry.id for entry in store.standing())


def contents(store: PreferenceStore) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in store.root.rglob("*") if path.is_file()}


def test_every_record_is_there_once_and_again_changes_nothing(stores, tmp_path: Path):
    target = PreferenceStore(tmp_path / "all")
    done = merge([store.root for store in stores], target.root)
    assert (done.added, done.known) == (10, 0)
    assert ids(target) == sorted(ids(stores[0]) + ids(stores[1])) and len(ids(target)) == 6
    assert validate(target.root).faults == []
    before = contents(target)
    again = merge([stores[1].root, stores[0].root, stores[0].root], target.root)
    assert (again.added, again.known) == (0, 15) and contents(target) == before


def test_what_came_later_is_added_with_its_tombstone(stores, tmp_path: Path):
    target = PreferenceStore(tmp_path / "all")
    merge([stores[0].root], target.root)
    session = stores[0].session("annotator 0", "same")
    entry = next(iter(session.standing()))
    session.undo(entry.id)
    assert merge([stores[0].root], target.root).added == 1
    assert ids(target) == ids(stores[0])


def test_a_session_under_another_name_is_known_by_its_ids(stores, tmp_path: Path):
    target = PreferenceStore(tmp_path / "all")
    merge([stores[0].root], target.root)
    stores[0].session_path("same").rename(stores[0].session_path("renamed"))
    assert merge([stores[0].root], target.root).added == 0 and not target.session_path("renamed").exists()


def test_interrupted_and_done_again(stores, tmp_path: Path, monkeypatch):
    target = PreferenceStore(tmp_path / "all")
    from stillhouse.datasets.sketch.preferences import merging

    monkeypatch.setattr(merging, "_TOGETHER", 2)
    calls, append = [], merging.append

    def cut(path: Path, lines: bytes) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise KeyboardInterrupt
        append(path, lines)

    with monkeypatch.context() as patch:
        patch.setattr(merging, "append", cut)
        with pytest.raises(KeyboardInterrupt):
            merge([store.root for store in stores], target.root)
    assert len(list(target.entries())) == 4
    done = merge([store.root for store in stores], target.root)
    assert (done.added, done.known) == (6, 4) and len(ids(target)) == 6 and validate(target.root).faults == []


def test_refusals(stores, tmp_path: Path):
    one, two = (store.root for store in stores)
    with pytest.raises(PreferenceError, match="also the target"):
        merge([one], one / ".." / "one")
    with pytest.raises(PreferenceError, match="no folder sessions"):
        merge([one, tmp_path / "nowhere"], tmp_path / "all")
    assert not (tmp_path / "all").exists()
    merge([one], tmp_path / "all")
    path = stores[0].session_path("same")
    path.write_bytes(path.read_bytes().replace(b'"preference": "a"', b'"preference": "b"', 1))
    with pytest.raises(PreferenceError, match="another content for the id"):
        merge([one], tmp_path / "all")
    (two / "sessions" / "session_bad.jsonl").write_bytes(b"damaged\n")
    with pytest.raises(PreferenceError, match=r"session_bad.jsonl:1: got no JSON"):
        merge([two], tmp_path / "other")
    done = merge([two], tmp_path / "other", "skip")
    assert done.added == 5 and done.faults.counts == {"damaged": 1}
    (two / "sessions" / "session_bad.jsonl").write_bytes(b'{"schema": 9}\n')
    with pytest.raises(PreferenceError, match="another version"):
        merge([two], tmp_path / "third", "skip")


def test_a_record_whose_file_is_missing_is_not_added(stores, tmp_path: Path):
    next((stores[0].root / "beziers").iterdir()).unlink()
    with pytest.raises(PreferenceError, match="cannot be opened"):
        merge([stores[0].root], tmp_path / "all")
    assert not list(PreferenceStore(tmp_path / "all").entries())
