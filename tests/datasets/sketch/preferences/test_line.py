"""A record as a line, and back: the same, or a message."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillhouse.datasets.sketch.preferences import Comparison, Item, PreferenceError, Rating, SchemaError, Undo
from stillhouse.datasets.sketch.preferences.line import MAX_LINE, parse_line, to_line

HASH, ID = "ab" * 32, "cd" * 16
FULL = Item(f"beziers/{HASH}.npy", "sketch", "work_dirs/base/iter_9.pth", HASH, 2**63 - 1, f"noise/{HASH}.npy")
CHOICE = Comparison(
    session="20260131T120000-ab", annotator="<script>alert(1)</script> 山田　太郎", a=FULL, b=Item(f"beziers/{HASH}.npy"),
    preference="both_bad", swapped=True, class_label=0, class_name="[bold]=1+1\u2028", image=f"images/{HASH}.png",
    response_ms=86_400_000, repeat_of=ID,
)  # fmt: skip
RATING = Rating(session="s", annotator="a", item=FULL, rating=5)
UNDO = Undo(session="s", annotator="a", undoes=ID)


@pytest.mark.parametrize("entry", [CHOICE, RATING, UNDO])
def test_there_and_back(entry):
    line = to_line(entry)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert parse_line(line, "here") == entry
    assert json.loads(line)["schema"] == 1


def test_the_fields_of_a_choice_on_disk():
    content = json.loads(to_line(CHOICE))
    assert set(content) == {
        "schema", "comparison_type", "session", "annotator", "id", "timestamp", "class_label", "class_name", "image",
        "response_ms", "repeat_of", "a", "b", "preference", "swapped",
    }  # fmt: skip
    assert content["comparison_type"] == "pairwise" and content["annotator"].startswith("<script>")
    assert content["a"] == {
        "file": f"beziers/{HASH}.npy", "kind": "sketch", "checkpoint": "work_dirs/base/iter_9.pth",
        "checkpoint_sha256": HASH, "seed": 2**63 - 1, "noise": f"noise/{HASH}.npy",
    }  # fmt: skip


def test_the_longest_record_fits_in_a_line():
    name, path = '"' * 200, "😀" * 1024
    item = replace(FULL, checkpoint=path)
    entry = replace(CHOICE, annotator=name, class_name=name, a=item, b=item)
    assert len(to_line(entry)) < MAX_LINE


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("preference", "c", "one of a, b, tie, both_bad, skip"),
        ("annotator", "", "1 to 200 letters"),
        ("annotator", "x" * 201, "1 to 200 letters"),
        ("annotator", "two\nlines", "one line"),
        ("annotator", "\x1b[2J", "one line"),
        ("annotator", "\ud800", "one line"),
        ("annotator", ["x"], "one line"),
        ("class_name", None, "at most 200 letters"),
        ("class_label", -1, "a class from 0, or null"),
        ("class_label", True, "a class from 0"),
        ("class_label", 10**400, "a class from 0|no JSON"),
        ("response_ms", 1.5, "milliseconds"),
        ("swapped", 1, "true or false"),
        ("session", "../../x", "letters, digits"),
        ("id", "CD" * 16, "32 hexadecimal digits"),
        ("repeat_of", "", "32 hexadecimal digits, or null"),
        ("timestamp", "2026-13-31T12:00:00.000000+00:00", "a UTC time"),
        ("timestamp", "2026-01-31T12:00:00Z", "a UTC time"),
        ("image", "/etc/passwd", "below the root"),
        ("a", {"file": "../../etc/passwd"}, r"here \(a\) \(file\)"),
        ("a", {"file": FULL.file, "kind": "virus"}, "one of sketch, parameters"),
        ("a", {"file": FULL.file, "noise": "/x"}, "noise"),
        ("a", {"file": FULL.file, "seed": -1}, "seed"),
        ("a", {"file": FULL.file, "checkpoint_sha256": "x"}, "64 hexadecimal"),
        ("a", {"file": FULL.file, "checkpoint": "x" * 1025}, "at most 1024"),
        ("a", {}, r"\(file\): got no such key"),
        ("a", "beziers", "an object with a file"),
        ("extra", 1, "the key 'extra'"),
        ("comparison_type", "vote", "one of pairwise, absolute, undo"),
        ("comparison_type", [], "one of pairwise"),
    ],
)
def test_refusals(field: str, value, message: str):
    line = json.dumps({**json.loads(to_line(CHOICE)), field: value}).encode()
    with pytest.raises(PreferenceError, match=message) as refused:
        parse_line(line, "here")
    assert "here" in str(refused.value) and len(str(refused.value)) < 800


@pytest.mark.parametrize("rating", [0, 6, True, 3.0, "5"])
def test_ratings_out_of_range(rating):
    with pytest.raises(PreferenceError, match="a whole number from 1 to 5"):
        to_line(replace(RATING, rating=rating))


def test_a_missing_key_is_named():
    content = json.loads(to_line(UNDO))
    del content["undoes"]
    with pytest.raises(PreferenceError, match=r"\(undoes\): got no such key"):
        parse_line(json.dumps(content).encode(), "here")


@pytest.mark.parametrize("version", [2, 0, "1", None, True, 1.0])
def test_another_schema_is_told_with_the_remedy(version):
    line = json.dumps({**json.loads(to_line(UNDO)), "schema": version}).encode()
    with pytest.raises(SchemaError, match="read it with that version, or update"):
        parse_line(line, "here")


@pytest.mark.parametrize("line", [b"", b"[]", b"1", b"NaN", b"{", b"[" * 30_000, b"\xff\xfe", b'{"schema": 1'])
def test_what_is_no_record(line: bytes):
    with pytest.raises(PreferenceError):
        parse_line(line, "here")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([CHOICE, RATING, UNDO]), st.data())
def test_whatever_stands_in_a_field_is_read_back_or_refused(entry, data):
    content = json.loads(to_line(entry))
    content[data.draw(st.sampled_from(sorted(content)))] = data.draw(VALUES)
    try:
        found = parse_line(json.dumps(content).encode(), "here")
    except PreferenceError:
        return
    assert parse_line(to_line(found), "here") == found


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_are_no_record(line: bytes):
    with pytest.raises(PreferenceError):
        parse_line(line, "here")
