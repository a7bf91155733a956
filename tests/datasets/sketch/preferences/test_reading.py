"""Reading: torn and damaged lines, undo, links, and a session of 100,000 lines."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillhouse.datasets.sketch.errors import SketchWarning
from stillhouse.datasets.sketch.preferences import (
    Comparison,
    Faults,
    Item,
    PreferenceError,
    PreferenceStore,
    SchemaError,
    Undo,
)
from stillhouse.datasets.sketch.preferences.line import MAX_LINE, to_line

ITEMS = [Item(f"beziers/{digit * 64}.npy") for digit in "ab"]


def record(number: int = 0, **changes) -> Comparison:
    return Comparison(
        **{**dict(session="s", annotator="x", a=ITEMS[0], b=ITEMS[1], preference="a", id=f"{number:032x}"), **changes}
    )


def planted(store: PreferenceStore, content: bytes, name: str = "s") -> Path:
    path = store.session_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_damaged_line_is_named_or_passed_over(store: PreferenceStore):
    records = [record(i) for i in range(3)]
    good = [to_line(one) for one in records]
    planted(store, good[0] + b"{damaged\n" + b"\n  \n" + good[1] + b"x" * 100_000 + b"\n" + good[2])
    with pytest.raises(PreferenceError, match=r"sessions/session_s.jsonl:2: got no JSON"):
        list(store.standing())
    faults = Faults()
    assert list(store.standing("skip", faults)) == records
    assert [(fault.file, fault.line, fault.kind) for fault in faults.first] == [
        ("sessions/session_s.jsonl", 2, "damaged"),
        ("sessions/session_s.jsonl", 6, "damaged"),
    ]
    assert f"at most {MAX_LINE} bytes" in str(faults.first[1].error)
    with pytest.warns(SketchWarning, match=r"passed over 2 damaged lines; the first: sessions/session_s.jsonl:2"):
        list(store.standing("skip"))


def test_a_torn_last_line_is_tolerated_and_told(store: PreferenceStore):
    one = record(0)
    planted(store, to_line(one) + to_line(record(1))[:-30])
    with pytest.warns(SketchWarning, match="passed over 1 torn lines"):
        assert list(store.standing()) == [one]


def test_a_line_that_lacks_only_its_newline_counts(store: PreferenceStore):
    one = record(0)
    planted(store, to_line(one)[:-1])
    assert list(store.standing()) == [one]


def test_another_schema_is_never_passed_over(store: PreferenceStore):
    content = {**json.loads(to_line(record())), "schema": 2}
    planted(store, json.dumps(content).encode() + b"\n")
    with pytest.raises(SchemaError, match=r"session_s.jsonl:1 \(schema\): got 2, expected 1"):
        list(store.standing("skip"))


def test_undo_reaches_other_sessions_and_leaves_the_rest(store: PreferenceStore):
    undo = Undo(session="later", annotator="x", undoes=f"{1:032x}")
    records = [record(i) for i in range(3)]
    planted(store, b"".join(map(to_line, records)), "b")
    planted(store, to_line(undo), "a")
    assert list(store.standing()) == [records[0], records[2]]
    assert list(store.entries()) == [undo, *records]
    # A session read alone knows its own tombstones alone.
    assert list(store.standing(sessions=["b"])) == records


def test_what_is_appended_while_reading_is_left_to_the_next_call(store: PreferenceStore):
    path = planted(store, to_line(record(0)))
    reading = store.standing()
    assert next(reading).id == record(0).id
    with path.open("ab") as file:
        file.write(to_line(record(1)))
    assert list(reading) == [] and len(list(store.standing())) == 2


def test_stores_and_sessions_that_are_not_there(store: PreferenceStore, tmp_path: Path):
    with pytest.raises(PreferenceError, match="no folder sessions in it"):
        list(PreferenceStore(tmp_path / "nowhere").standing())
    planted(store, b"")
    with pytest.raises(PreferenceError, match="no session x, expected some of s"):
        list(store.standing(sessions=["x", "s"]))
    with pytest.raises(PreferenceError, match="raise or skip"):
        list(store.standing("ignore"))  # pyright: ignore[reportArgumentType]


def test_session_files_outside_the_root_and_pipes(store: PreferenceStore, tmp_path: Path):
    (tmp_path / "secret").write_bytes(to_line(record()))
    path = planted(store, b"")
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(PreferenceError, match="a link to"):
        list(store.standing("skip"))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(PreferenceError, match="no regular file"):
        list(store.standing("skip"))
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(PreferenceError, match=r"no readable file|No such file"):
        list(store.entries("skip"))


def test_at_most_a_thousand_faults_are_kept(store: PreferenceStore):
    planted(store, b"x\n" * 1500)
    faults = Faults()
    assert not list(store.standing("skip", faults))
    assert faults.counts["damaged"] == 1500 and len(faults.first) == 1000


LINES = [to_line(record(i)) for i in range(4)]
CONTENT = b"".join(LINES)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, len(CONTENT)))
def test_a_file_torn_anywhere_gives_its_whole_lines_and_goes_on(store: PreferenceStore, cut: int):
    path = planted(store, CONTENT[:cut])
    whole = sum(cut >= len(b"".join(LINES[: n + 1])) - 1 for n in range(4))
    found = list(store.standing("raise", Faults()))
    assert [one.id for one in found] == [record(i).id for i in range(whole)]
    from stillhouse.datasets.sketch.preferences.appending import append

    append(path, to_line(record(9)))
    after = [one.id for one in store.standing("raise", Faults())]
    assert after == [*(one.id for one in found), record(9).id]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(CONTENT)), noise=st.binary(min_size=1, max_size=40))
def test_bytes_put_anywhere_harm_no_other_line(store: PreferenceStore, at: int, noise: bytes):
    planted(store, CONTENT[:at] + noise + CONTENT[at:])
    try:
        found = {one.id for one in store.standing("skip", Faults())}
    except SchemaError:
        return
    hit = max((n for n in range(4) if len(b"".join(LINES[:n])) <= at), default=0)
    assert {record(n).id for n in range(4) if n not in (hit, hit - 1)} <= found


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_long_session_is_read_in_bounded_memory(store: PreferenceStore, count: int):
    head, tail = to_line(record(0)).split(b"0" * 32)
    path = planted(store, b"")
    with path.open("wb") as file:
        file.writelines(head + f"{i:032x}".encode() + tail for i in range(count))
        file.write(to_line(Undo(session="s", annotator="x", undoes=f"{5:032x}")))
    tracemalloc.start()
    assert sum(1 for _ in store.standing()) == count - 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20 < path.stat().st_size


def test_one_line_without_end_is_read_in_bounded_memory(store: PreferenceStore):
    path = planted(store, b"")
    with path.open("r+b") as file:
        file.truncate(64 << 20)
    faults = Faults()
    tracemalloc.start()
    assert not list(store.standing("skip", faults))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20 and faults.counts == {"damaged": 1}
