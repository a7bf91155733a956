"""Validation finds each kind of fault, and none in a whole store."""

import shutil
from pathlib import Path

import pytest

from stillhouse.datasets.sketch.preferences import PreferenceError, PreferenceStore, Undo, validate

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def whole(store: PreferenceStore, items, sketch) -> PreferenceStore:
    session = store.session("ann", "s")
    item = store.add_item(sketch(50), noise=sketch(51))
    first = session.compare(items[0], item, "a", image=store.add_image(PNG))
    session.rate(items[2], 4)
    session.undo(first.id)
    return store


def test_a_whole_store_has_no_fault(whole: PreferenceStore):
    found = validate(whole.root)
    assert found.counts == {"sessions": 1, "records": 2, "undos": 1, "files": 5}
    assert found.faults == found.torn == []


def only_fault(store: PreferenceStore) -> str:
    found = validate(store.root)
    assert found.counts["faults"] == len(found.faults) == 1, found.faults
    return found.faults[0]


def test_a_torn_line_is_told_and_is_no_fault(whole: PreferenceStore):
    with whole.session_path("s").open("ab") as file:
        file.write(b'{"schema": 1, "id"')
    found = validate(whole.root)
    assert found.counts["torn"] == 1 and not found.faults and "session_s.jsonl:4" in found.torn[0]


def test_a_damaged_line_and_one_of_another_schema(whole: PreferenceStore):
    with whole.session_path("s").open("ab") as file:
        file.write(b'{"schema": 7}\nno json\n')
    found = validate(whole.root)
    assert (
        "session_s.jsonl:4 (schema): got 7" in found.faults[0] and "session_s.jsonl:5: got no JSON" in found.faults[1]
    )


def test_an_id_that_is_there_twice(whole: PreferenceStore):
    shutil.copy(whole.session_path("s"), whole.session_path("t"))
    found = validate(whole.root)
    assert found.counts["faults"] == 3 and "session_t.jsonl:1: the id" in found.faults[0]


def test_a_tombstone_of_nothing(whole: PreferenceStore):
    whole.append(Undo(session="s", annotator="ann", undoes="9" * 32))
    assert f"session_s.jsonl:4: takes back {'9' * 32}" in only_fault(whole)


@pytest.mark.parametrize("folder", ["beziers", "noise", "images"])
def test_a_file_that_is_missing(whole: PreferenceStore, items, folder: str):
    named = {path for path in (whole.root / folder).iterdir() if path.stem in (items[0].digest, items[2].digest)}
    path: Path = min(named or set((whole.root / folder).iterdir()))
    path.unlink()
    fault = only_fault(whole)
    assert path.stem in fault and fault.startswith("sessions/session_s.jsonl:")


def test_an_array_that_is_damaged_or_is_a_link_out(whole: PreferenceStore, items, tmp_path: Path):
    path = whole.root / items[0].file
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert "another content than its name says" in only_fault(whole)
    path.unlink()
    (tmp_path / "secret.npy").write_bytes(content)
    path.symlink_to(tmp_path / "secret.npy")
    assert "a link to" in only_fault(whole)


def test_a_session_that_is_a_link_out(whole: PreferenceStore, tmp_path: Path):
    (tmp_path / "x").write_bytes(b"")
    whole.session_path("z").symlink_to(tmp_path / "x")
    assert "a link to" in only_fault(whole)


def test_no_store(tmp_path: Path):
    with pytest.raises(PreferenceError, match="no folder sessions"):
        validate(tmp_path)
