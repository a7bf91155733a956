"""The page of ratios: what is kept, what is measured again, where a mark stands; and the clock of a step's phases."""

import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "tools" / "benchmarks"
ROW = {"part": "a step", "against": "a loop", "ratio": 1.5, "q1": 1.25, "q3": 2.0, "pairs": 5}


@pytest.fixture
def modules(monkeypatch):
    """The benchmarks' own modules, importable by their names."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in ("_all", "_page", "_pairs", "profiles"):
        sys.modules.pop(name, None)


@pytest.fixture
def measured(modules, monkeypatch) -> list[str]:
    """The names of what ``collect`` measures; the part ``ema`` fails."""
    import _all

    names: list[str] = []

    def measure(name: str, quick: bool) -> dict:
        names.append(name)
        return {"error": "no <memory>"} if name == "ema" else {
            "rows": [ROW], "quick": quick, "machine": "a machine", "measured": "2026-01-01"
        }  # fmt: skip

    monkeypatch.setattr(_all, "_measured", measure)
    return names


def collect(out: Path, quick: bool = True, fresh: bool = False) -> dict:
    import _all

    return _all.collect(out, ("engine", "ema"), quick, fresh, lambda line: None)


def test_what_was_measured_is_kept_and_what_failed_is_tried_again(measured, tmp_path: Path):
    out = tmp_path / "reports" / "speed.html"
    assert collect(out) == {
        "engine": {"rows": [ROW], "quick": True, "machine": "a machine", "measured": "2026-01-01"},
        "ema": {"error": "no <memory>"},
    }
    collect(out)
    assert measured == ["engine", "ema", "ema"]
    collect(out, fresh=True)
    assert measured[3:] == ["engine", "ema"]


def test_short_measurements_do_not_stand_for_long_ones_nor_damaged_files_for_any(measured, tmp_path: Path):
    out = tmp_path / "speed.html"
    collect(out)
    collect(out, quick=False)
    assert measured.count("engine") == 2
    (tmp_path / "speed" / "engine.json").write_text("{")
    collect(out, quick=False)
    assert measured.count("engine") == 3


def test_the_page_shows_ratios_their_spread_and_what_failed(measured, tmp_path: Path):
    out = tmp_path / "speed.html"
    collect(out)
    page = out.read_text()
    assert "Failed: no &lt;memory&gt;" in page and "python tools/benchmark.py engine --ratios --quick" in page
    assert ">1.5</td>" in page and page.count("<circle") == 1
    assert "http" not in page


def test_a_peer_that_is_absent_has_a_row_without_a_mark(modules, tmp_path: Path):
    from _page import write_page
    from _pairs import missing

    part = {
        "rows": [ROW, missing("a step", "a loop", "not installed")],
        "quick": False,
        "machine": "m",
        "measured": "d",
    }
    write_page({"engine": part}, tmp_path / "speed.html")
    page = (tmp_path / "speed.html").read_text()
    assert "not installed" in page and page.count("<circle") == 1


def test_marks_are_spaced_by_octaves_and_stop_at_the_ends(modules):
    from _page import OCTAVES, WIDTH, place

    assert place(1.0) == WIDTH / 2
    assert place(4.0) - place(2.0) == pytest.approx(WIDTH / (2 * OCTAVES), abs=0.11)
    assert place(1e9) == WIDTH and place(1e-9) == 0


def test_a_row_has_the_median_and_the_quartiles(modules):
    from _pairs import row

    found = row("a", "b", [4.0, 1.0, 2.0, 3.0, 5.0])
    assert (found["q1"], found["ratio"], found["q3"], found["pairs"]) == (2.0, 3.0, 4.0, 5)


def test_pairs_are_measured_in_turns_after_a_warm_up(modules):
    from _pairs import paired

    calls: list[str] = []
    found = paired(
        lambda: calls.append("ours") or sum(range(20_000)), lambda: calls.append("other") or sum(range(20_000)), 3, 2
    )
    assert calls == ["ours", "other", *["ours", "ours", "other", "other"] * 3] and len(found) == 3


def test_a_phase_inside_another_is_not_counted_in_it(modules, monkeypatch):
    import profiles

    now = iter((0.0, 1.0, 3.0, 7.0, 15.0, 31.0))
    monkeypatch.setattr(profiles.time, "process_time", lambda: next(now))
    clock = profiles.Clock()
    with clock.phase("hooks"), clock.phase("optimizer"):
        pass
    assert clock.clear() == {"rest": 1.0 + 16.0, "hooks": 2.0 + 8.0, "optimizer": 4.0}


def test_all_names_only_what_has_ratios(modules):
    import ast

    import _all

    for name in _all.PARTS:
        tree = ast.parse((FOLDER / f"{name}.py").read_text())
        assert "ratios" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["all", "--only", "export"], "--only: export: no ratios are known; known: engine, ema"),
        (["export", "--ratios"], "export: has no ratios; leave --ratios out"),
        (["engine", "--quick"], "--quick is for ratios; add --ratios"),
    ],
)
def test_refusals(words: list[str], message: str, monkeypatch, capsys, modules):
    import runpy

    tool = FOLDER.parent / "benchmark.py"
    monkeypatch.setattr(sys, "argv", [str(tool), *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(tool), run_name="__main__")
    assert message in f"{ended.value.code} {capsys.readouterr().err}"


def test_a_part_that_fails_says_its_last_line(modules, monkeypatch):
    import subprocess

    import _all

    ended = subprocess.CompletedProcess([], 1, "", "Traceback\nValueError: too little\n\n")
    monkeypatch.setattr(_all.subprocess, "run", lambda *args, **given: ended)
    assert _all._measured("ema", True) == {"error": "ValueError: too little"}
    whole = subprocess.CompletedProcess([], 0, "noise\n" + json.dumps({"rows": [ROW]}) + "\n", "")
    monkeypatch.setattr(_all.subprocess, "run", lambda *args, **given: whole)
    assert _all._measured("ema", True)["rows"] == [ROW]
