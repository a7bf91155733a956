"""Every reader of untrusted files: valid files are accepted, damaged ones refused clearly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stillhouse.engine.errors import StillhouseError
from stillhouse.engine.fuzzing.campaign import fuzz, valid_sets
from stillhouse.engine.fuzzing.readers import chosen, readers

ROOT = Path(__file__).resolve().parents[3]
READERS = readers()


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if not reader.forged])
def test_valid_files_are_accepted(name: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, files in enumerate(valid_sets(READERS[name], 0)[:1]):
        folder = tmp_path / str(number)
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        READERS[name].read(folder)


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_refused_clearly(name: str):
    examples = 6 if READERS[name].slow else 30
    tally = fuzz(READERS[name], examples, seed=7)
    assert tally.tried == examples and not tally.findings, tally.findings[:3]


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_many_damaged_files_are_refused_clearly(name: str):
    tally = fuzz(READERS[name], 300 if READERS[name].slow else 2000, seed=8)
    assert not tally.findings, tally.findings[:3]


def test_readers_are_chosen_by_name():
    assert [reader.name for reader in chosen(["SVG", "candump"])] == ["SVG", "candump"]
    assert len(chosen([])) == len(READERS)
    with pytest.raises(StillhouseError, match=r"'candumb': no such reader.*--list.*Did you mean 'candump'"):
        chosen(["candumb"])


def test_a_campaign_does_not_depend_on_the_process():
    program = (
        "from stillhouse.engine.fuzzing.campaign import fuzz\n"
        "from stillhouse.engine.fuzzing.readers.sentences import READERS\n"
        "tally = fuzz(READERS[1], 20, seed=3)\nprint(tally.accepted, tally.refused)"
    )
    known = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    tally = fuzz(READERS["sentences alone"], 20, seed=3)
    assert known == {f"{tally.accepted} {tally.refused}\n"}
