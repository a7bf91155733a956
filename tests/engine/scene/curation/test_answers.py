"""Answers that outlive a kill."""

from pathlib import Path

from stillhouse.engine.scene.curation.answers import Answers


def test_answers_are_found_again_and_torn_lines_passed_over(tmp_path: Path):
    path = tmp_path / "deep" / "answers.jsonl"
    Answers(path).add({"a": 0.25, "b": 1})
    path.write_bytes(path.read_bytes() + b'{"key": "c", "val')
    again = Answers(path)
    assert again["a"] == 0.25 and again["b"] == 1 and "c" not in again
    again.add({"c": 0.5, "a": 0.75})
    last = Answers(path)
    assert [last[key] for key in "abc"] == [0.75, 1, 0.5]
    assert "a" not in Answers(path, fresh=True)
