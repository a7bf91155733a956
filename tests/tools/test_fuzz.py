"""The command line of damaged files."""

import json
from pathlib import Path

import pytest
import scripts

from stillhouse.engine.fuzzing.readers import readers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool(monkeypatch):
    return scripts.runner(str(ROOT / "tools" / "fuzz.py"), monkeypatch)


def test_counts_are_printed_as_json(tool, capsys):
    assert tool("candump", "sentences alone", "--examples", 12, "--seed", 2, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert [row["reader"] for row in content["table"]] == ["candump", "sentences alone", "all"]
    assert content["table"][-1]["tried"] == 24 and content["findings"] == [] and content["seed"] == 2


def test_the_readers_are_listed(tool, capsys):
    assert tool("--list") == 0
    assert capsys.readouterr().out.splitlines() == list(readers())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("nothing",), "'nothing': no such reader"), (("--examples", 0), "--examples: got 0, expected at least 1")],
)
def test_refusals(tool, arguments: tuple, message: str, capsys):
    assert tool(*arguments) == 2
    assert message in capsys.readouterr().err
