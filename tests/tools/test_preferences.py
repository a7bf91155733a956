"""The command line of stores of preferences."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scripts import runner

from stillhouse.datasets.sketch.preferences import PreferenceStore

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "preferences.py")


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


@pytest.fixture
def store(tmp_path: Path) -> PreferenceStore:
    """Six choices between two models and a rating."""
    made = PreferenceStore(tmp_path / "preferences")
    session, draw = made.session("Ann", "first"), np.random.default_rng(0)
    for i in range(6):
        items = [made.add_item(draw.uniform(-1, 1, (32, 4, 2)), checkpoint=f"{name}.pth") for name in ("old", "new")]
        session.compare(*items, "b" if i else "a", class_label=0, class_name="cat", response_ms=500 + i)
    session.rate(items[0], 2, class_label=0, class_name="cat")
    return made


def test_stats_as_tables_and_as_json(call, store: PreferenceStore, capsys):
    assert call("stats", store.root) == 0
    out = capsys.readouterr().out
    for part in ("a 1, b 5", "2: 1", "Ann", "cat", "new.pth", "chosen on the left", "0.167 of 6"):
        assert part in out
    assert call("stats", store.root, "--json", "--session", "first") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["records"] == 7 and found["left"] == [1, 6] and found["median_response_ms"] == 502.5
    assert [model["name"] for model in found["models"]] == ["new.pth", "old.pth"]
    assert found["models"][0]["low"] < found["models"][0]["score"] < found["models"][0]["high"]


def test_stats_tell_of_damaged_lines(call, store: PreferenceStore, capsys):
    with store.session_path("first").open("ab") as file:
        file.write(b"damaged\n" + b'{"torn')
    assert call("stats", store.root) == 0
    assert "passed over 1 damaged, 1 torn lines; the first: sessions/session_first.jsonl:8" in capsys.readouterr().err


def test_validate_is_a_verdict(call, store: PreferenceStore, capsys):
    assert call("validate", store.root) == 0
    assert "1 sessions, 7 records, 0 undos, 12 files, 0 torn, 0 faults" in capsys.readouterr().out
    with store.session_path("first").open("ab") as file:
        file.write(b"damaged\n" + b'{"torn')
    assert call("validate", store.root) == 1
    out = capsys.readouterr().out
    assert "FAULT sessions/session_first.jsonl:8: got no JSON" in out and "torn (tolerated" in out
    with store.session_path("first").open("ab") as file:
        file.write(b"\n" + b"x\n" * 1200)
    assert call("validate", store.root) == 1
    assert "and 202 more faults" in capsys.readouterr().out


def test_merge_and_export(call, store: PreferenceStore, tmp_path: Path, capsys):
    assert call("merge", store.root, tmp_path / "all") == 0
    assert "added 7 records, 0 were there" in capsys.readouterr().out
    assert call("merge", store.root, store.root, tmp_path / "all") == 0
    assert "added 0 records, 14 were there" in capsys.readouterr().out
    assert call("validate", tmp_path / "all") == 0
    assert call("export", tmp_path / "all", tmp_path / "out.csv") == 0
    assert call("export", tmp_path / "all", tmp_path / "out.npz") == 0
    out = capsys.readouterr().out
    assert "wrote 7 records to" in out and "wrote 6 pairs to" in out


def test_damaged_lines_stop_a_merge_and_an_export_unless_told(call, store: PreferenceStore, tmp_path: Path, capsys):
    with store.session_path("first").open("ab") as file:
        file.write(b"damaged\n")
    for command, target in (("merge", tmp_path / "all"), ("export", tmp_path / "out.csv")):
        assert call(command, store.root, target) == 2
        assert "session_first.jsonl:8: got no JSON" in capsys.readouterr().err
        assert call(command, store.root, target, "--skip-damaged") == 0
        assert "passed over 1 damaged lines" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("stats",), ("validate",), ("merge", "a", "b"), ("export", "a", "b.csv")])
def test_refusals(call, tmp_path: Path, arguments: tuple, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert call(*arguments) == 2
    err = capsys.readouterr().err
    assert "no folder sessions in it" in err and "Traceback" not in err and not list(tmp_path.iterdir())


def test_a_seed_below_zero(call, store: PreferenceStore, capsys):
    assert call("stats", store.root, "--seed", -1) == 2
    assert "--seed: got -1, expected 0 or more" in capsys.readouterr().err
