"""The command line of combinations."""

import json
from pathlib import Path

import pytest
import scripts

from stillhouse.tools.combining import crossing
from stillhouse.tools.combining.cases import every_case
from stillhouse.tools.combining.crossing import Outcome

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "combine.py"


@pytest.fixture
def combine(monkeypatch):
    """Runs the tool; nothing is trained, and what compiles fails."""

    def attempt(group, root, results):
        return [
            (case, Outcome("FAILED", ["no compiler"]) if case.setting == "compile" else Outcome("ok")) for case in group
        ]

    monkeypatch.setattr(crossing, "attempt", attempt)
    monkeypatch.setattr(crossing, "_prepare", lambda network, root: None)
    monkeypatch.setattr(crossing, "refusal", lambda case, root: [])
    return scripts.runner(str(SCRIPT), monkeypatch)


def test_some_networks_and_settings(combine, tmp_path: Path, capsys):
    assert combine("--only", "GAT", "--settings", "DDP", "--folder", tmp_path) == 0
    shown = capsys.readouterr()
    assert "6 ok, 0 refused, 0 failed" in shown.out and "[6/6] GAT, two teachers, DDP: ok" in shown.err
    assert "cells/s, about" in shown.err
    names = list(json.loads((tmp_path / "results.json").read_text()))
    assert names[0] == "GAT, no KD, plain" and len(names) == 6
    assert combine("--only", "GAT", "--settings", "DDP", "--folder", tmp_path) == 0
    assert capsys.readouterr().err == "", "nothing is left to do"
    assert combine("--only", "GAT", "--settings", "DDP", "--folder", tmp_path, "--again") == 0
    assert "[6/6]" in capsys.readouterr().err


def test_the_page_and_a_failure(combine, tmp_path: Path, capsys):
    page = tmp_path / "page.md"
    assert combine("--folder", tmp_path, "--out", page) == 1
    shown = capsys.readouterr()
    assert "GAT, KD, compile: no compiler" in shown.out and f"{page} shows them." in shown.out
    assert f"[{len(every_case())}/{len(every_case())}]" in shown.err
    assert "**FAILED** (1)" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "Mamba"), "--only: got 'Mamba', expected the beginning of one of ContrastiveCLIP, FeedbackInverse"),
        (
            ("--settings", "TPU"),
            "--settings: got 'TPU', expected some of plain, EMA, accumulation, AMP, compile, DDP, FSDP2, together",
        ),
        (("--only", "GAT", "--out", "x.md"), "not tried yet; run tools/combine.py without --only"),
    ],
)
def test_refusals(combine, tmp_path: Path, arguments: tuple, message: str, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert combine(*arguments, "--folder", tmp_path) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x.md").exists()
