"""Exports say what the store says."""

import csv
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch.preferences import Faults, PreferenceError, PreferenceStore, export
from stillhouse.datasets.sketch.preferences.line import parse_line


@pytest.fixture
def filled(store: PreferenceStore, items) -> PreferenceStore:
    session = store.session("=cmd|' /C calc'!A0", "s")
    session.compare(items[0], items[1], "b", swapped=True, class_label=3, class_name='<b>"cat", no')
    session.undo(session.compare(items[0], items[2], "a").id)
    session.rate(items[3], 4, response_ms=77)
    return store


def test_csv(filled: PreferenceStore, items, tmp_path: Path):
    path = tmp_path / "new" / "out.csv"
    assert export(filled.root, path) == 2
    with path.open(newline="", encoding="utf-8") as file:
        choice, rating = csv.DictReader(file)
    assert choice["annotator"] == "'=cmd|' /C calc'!A0" and choice["class_name"] == '<b>"cat", no'
    assert (choice["comparison_type"], choice["preference"], choice["swapped"]) == ("pairwise", "b", "True")
    assert (choice["a_file"], choice["b_file"], choice["rating"]) == (items[0].file, items[1].file, "")
    assert (rating["comparison_type"], rating["rating"], rating["a_file"]) == ("absolute", "4", items[3].file)
    assert rating["response_ms"] == "77" and rating["b_file"] == ""


def test_lines(filled: PreferenceStore, tmp_path: Path):
    assert export(filled.root, tmp_path / "out.jsonl") == 2
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert [parse_line(line, "here") for line in lines] == list(filled.standing())


def test_pairs(filled: PreferenceStore, items, sketch, tmp_path: Path):
    assert export(filled.root, tmp_path / "out.npz") == 1
    with np.load(tmp_path / "out.npz", allow_pickle=False) as found:
        assert np.array_equal(found["winner_beziers"], sketch(1)[None])
        assert np.array_equal(found["loser_beziers"], sketch(0)[None])
        assert found["class_label"].tolist() == [3] and found["class_name"].tolist() == ['<b>"cat", no']


def test_refusals_leave_what_was_there(filled: PreferenceStore, items, tmp_path: Path):
    with pytest.raises(PreferenceError, match=r"the ending '.xlsx', expected .csv, .jsonl or .npz"):
        export(filled.root, tmp_path / "out.xlsx")
    (tmp_path / "out.csv").write_text("kept")
    with filled.session_path("s").open("ab") as file:
        file.write(b"damaged\n")
    with pytest.raises(PreferenceError, match="no JSON"):
        export(filled.root, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "kept"
    (filled.root / items[0].file).unlink()
    with pytest.raises(PreferenceError, match="no pair with a winner"):
        export(filled.root, tmp_path / "out.npz", "skip", Faults())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "preferences"]
