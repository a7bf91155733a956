"""A stage's key, its record, and why it must run."""

from pathlib import Path

import pytest

from stillhouse.engine.scene.cycle.fingerprint import (
    choices_digest,
    config_digest,
    file_digest,
    run_digest,
    scenes_digest,
)
from stillhouse.engine.scene.cycle.stage import Stage, differences, read_record


def stage(**inputs) -> Stage:
    return Stage(
        "scores", {"scorer": "heuristic", **inputs}, "score_refs", ("--scorer", "x"), "--out", "o.txt", file_digest
    )


def ended(one: Stage, root: Path, content: str = "a") -> None:
    one.folder(root).mkdir(parents=True, exist_ok=True)
    (one.folder(root) / one.output).write_text(content)
    assert one.record(root, 1.0, 0)


def test_other_inputs_have_another_folder(tmp_path: Path):
    assert stage(a=1).key == stage(a=1).key != stage(a=2).key and len(stage().key) == 12
    one = stage()
    assert one.command(tmp_path) == ["--scorer", "x", "--out", str(tmp_path / f"scores-{one.key}" / "o.txt")]


def test_why_a_stage_must_run(tmp_path: Path):
    one = stage(size=64, references="f" * 64)
    assert one.why(tmp_path) == "it has not been done yet"
    one.folder(tmp_path).mkdir()
    assert one.why(tmp_path) == "it was cut off"
    assert one.record(tmp_path, 1.0, 0) is None and read_record(one.folder(tmp_path)) is None
    ended(one, tmp_path)
    assert one.why(tmp_path) is None and one.finished(tmp_path).output.read_text() == "a"
    other = stage(size=32, references="e" * 64)
    assert other.why(tmp_path) == "changed: references, size 64 -> 32"
    (one.folder(tmp_path) / "o.txt").write_text("b")
    assert one.why(tmp_path) == "what it left is gone or has been changed" and one.finished(tmp_path) is None


def test_a_damaged_record_is_none(tmp_path: Path):
    one = stage()
    ended(one, tmp_path)
    (one.folder(tmp_path) / "stage.json").write_text("{")
    assert read_record(one.folder(tmp_path)) is None and one.why(tmp_path) == "it was cut off"


def test_inputs_that_came_or_went_are_told():
    assert differences({"a": 1, "b": 2}, {"b": 2, "c": 3}) == ["a 1 -> None", "c None -> 3"]


def test_what_is_not_whole_has_no_digest(tmp_path: Path):
    assert (
        file_digest(tmp_path / "x") is None and scenes_digest(tmp_path) is None and run_digest(tmp_path / "x") is None
    )
    (tmp_path / "iter_1.pth").write_text("weights")
    assert run_digest(tmp_path) is None, "a run that has not ended"
    (tmp_path / "result.json").write_text("{}")
    assert run_digest(tmp_path) == file_digest(tmp_path / "iter_1.pth")


def test_choices_count_by_name_and_content(tmp_path: Path):
    empty = choices_digest(tmp_path)
    (tmp_path / "a.jsonl").write_text("1")
    first = choices_digest(tmp_path)
    (tmp_path / "a.jsonl").rename(tmp_path / "b.jsonl")
    assert len({empty, first, choices_digest(tmp_path)}) == 3


def test_a_config_counts_as_it_is_with_its_bases_and_options(tmp_path: Path):
    (tmp_path / "base.py").write_text("rate = 1\n")
    path = tmp_path / "config.py"
    path.write_text('_base_ = ["base.py"]\nmodel = dict(lr="${rate}")\n')
    first = config_digest(str(path), ())
    assert first == config_digest(str(path), ("rate=1",)) != config_digest(str(path), ("rate=2",))
    (tmp_path / "base.py").write_text("rate = 3\n")
    assert config_digest(str(path), ()) != first
    with pytest.raises(Exception, match="expected key=value"):
        config_digest(str(path), ("rate",))
