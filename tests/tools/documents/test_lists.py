import os
import sys

import pytest

from stillhouse.tools.documents import lists


def test_every_shipped_config_is_listed_with_its_command():
    page = lists.configs()
    for path in (lists.ROOT / "configs").glob("*.py"):
        assert f"\n## {path.stem}\n" in page
    assert "- **Command**: `python tools/train.py configs/minigpt.py`" in page


def test_a_fact_over_two_lines_is_one():
    text = "It is.\n\nMore of\nit.\nCommand: python x\n  && y\nExpected, seed 0: fine."
    assert lists.paragraphs(text) == ["It is.", "More of it.", "Command: python x && y", "Expected, seed 0: fine."]


def test_the_help_of_a_tool_is_what_it_prints_and_leaves_the_process_as_it_was():
    before = (list(sys.argv), list(sys.path), dict(os.environ))
    shown = lists.help_of(lists.ROOT / "tools" / "train.py")
    assert shown.startswith("usage: train.py") and "--with-companions" in shown
    assert (sys.argv, sys.path, dict(os.environ)) == before


def test_a_tool_without_help_is_refused(tmp_path):
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    with pytest.raises(RuntimeError, match=r"tools/broken\.py --help ended with 3, expected 0"):
        lists.help_of(tmp_path / "broken.py")
