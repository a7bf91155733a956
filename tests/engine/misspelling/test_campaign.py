"""Misspelt keys of the shipped configs: nearly all are caught, and the key that was meant is named."""

import shutil
from pathlib import Path

import pytest

from stillhouse.engine.config import PACKAGE_ROOT
from stillhouse.engine.misspelling.campaign import attempt, cases, chosen, experiments_in, names
from stillhouse.engine.misspelling.table import HEAD, as_table, counted, lost

CONFIGS = PACKAGE_ROOT / "configs"


def share(verdicts: list, what: str) -> float:
    live = [one for one in verdicts if one.reached]
    return sum(getattr(one, what) for one in live) / len(live)


def judged(most: int | None, folder: Path) -> list:
    return list(attempt(chosen(experiments_in(CONFIGS), most), folder / "configs"))


def test_a_sample_is_caught_and_the_right_key_is_named(tmp_path: Path):
    found = judged(300, tmp_path)
    assert len(found) == 300
    # Three in three hundred are a hundredth.
    assert share(found, "caught") >= 0.99 and share(found, "suggested") >= 0.98, lost(found)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_all_are_caught_and_the_right_key_is_named(tmp_path: Path):
    found = judged(None, tmp_path)
    assert len(found) > 15_000
    assert share(found, "caught") >= 0.99 and share(found, "suggested") >= 0.99, lost(found)


def test_every_config_that_trains_is_tried():
    found = {path.stem for path in experiments_in(CONFIGS)}
    assert {path.stem for path in CONFIGS.glob("*.py")} - found == {"scene_search"}
    assert {case.file.name for case in cases(CONFIGS / "clip_judge.py")} == {
        "clip_judge.py", "clip_tiny.py", "runtime.py", "sketch.py",
    }  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with one config, whose schedule replaces that of its base."""
    folder = tmp_path / "small"
    shutil.copytree(CONFIGS / "_base_", folder / "_base_")
    (folder / "tiny.py").write_text((CONFIGS / "minigpt.py").read_text() + "loose = dict(typo=1)\n")
    return folder / "tiny.py"


def test_what_a_later_file_replaces_is_counted_apart(tmp_path: Path):
    config = CONFIGS / "gat_teacher_normal.py"
    replaced = [case for case in cases(config) if case.file.name == "can.py" and case.key.name == "target_fpr"]
    found = list(attempt(replaced, tmp_path / "configs"))
    assert any(not one.reached and not one.caught for one in found)
    head, *_, total = [HEAD, *counted(found)]
    assert head[-1] == "replaced later" and total[-1] == sum(not one.reached for one in found) > 0
    assert lost(found) == [] and as_table(found, "x").row_count == 2


def test_what_is_not_caught_is_listed(small: Path, tmp_path: Path):
    loose = [case for case in cases(small) if case.key.name == "typo"]
    verdict = next(iter(attempt(loose, tmp_path / "copy")))
    assert verdict.reached and not verdict.caught
    assert lost([verdict])[0].endswith(": not caught") and "typo -> " in lost([verdict])[0]


def test_the_original_folder_is_left_alone(tmp_path: Path):
    before = {path: path.read_bytes() for path in CONFIGS.rglob("*.py")}
    list(attempt(chosen([CONFIGS / "minigpt.py"], 5), tmp_path / "configs"))
    assert {path: path.read_bytes() for path in CONFIGS.rglob("*.py")} == before
    assert list(attempt([], tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("model.widht: unknown argument of Net. Did you mean 'width'?", True),
        ("model.widht: unknown key. Expected one of 'depth', 'width'.", True),
        ("model.width: missing argument of Net", True),
        ("a.py:model: ${width} names nothing in this config", True),
        ("a.py:model: ${width.of} names nothing in this config", True),
        ("model.width.depth: missing argument of Net", False),
        ("model.widht: unknown argument of Net. Did you mean 'widths'?", False),
        ("model: 'width' is odd", False),
    ],
)
def test_what_counts_as_naming_the_key(line: str, named: bool):
    assert names(line, "width") == named
