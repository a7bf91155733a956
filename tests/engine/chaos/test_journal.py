"""Outcomes in a file."""

from pathlib import Path

from stillhouse.engine.chaos.campaign import Outcome
from stillhouse.engine.chaos.journal import Journal

ONE, TWO = Outcome("SIGKILL", "same bits", True, 1.5, []), Outcome("full disk", "lost", True, 2.0, ["gone"])


def test_outcomes_are_found_again(tmp_path: Path):
    path = tmp_path / "deep" / "text.jsonl"
    journal = Journal(path, {"seed": 1})
    assert journal.outcomes == []
    journal.add(ONE)
    journal.add(TWO)
    assert Journal(path, {"seed": 1}).outcomes == [ONE, TWO]


def test_another_identity_begins_anew(tmp_path: Path):
    path = tmp_path / "text.jsonl"
    Journal(path, {"seed": 1}).add(ONE)
    assert Journal(path, {"seed": 2}).outcomes == []
    assert Journal(path, {"seed": 1}).outcomes == []


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path):
    path = tmp_path / "text.jsonl"
    journal = Journal(path, {"seed": 1})
    journal.add(ONE)
    journal.add(TWO)
    path.write_text(path.read_text()[:-9])
    again = Journal(path, {"seed": 1})
    again.add(TWO)
    assert again.outcomes == [ONE] and Journal(path, {"seed": 1}).outcomes == [ONE, TWO]
