"""The command line of the references."""

from pathlib import Path

import pytest
import scene_toys
from scripts import runner

from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.datasets.scene.refs import read_refs

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "refs.py")


@pytest.fixture
def refs(monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    scene_toys.write_scenes(Path("data/scene"), 4)
    scene_toys.write_scenes(Path("data/scene/quality"), 2)
    scene_toys.write_scenes(Path("output/explore"), 2)
    return runner(SCRIPT, monkeypatch)


def test_a_life_of_a_file(refs, capsys):
    assert refs("add", "3", "q:1", "out:0", "3") == 0
    assert [line.split(":")[-1] for line in capsys.readouterr().out.splitlines()] == [
        " added as line 1", " added as line 2", " added as line 3", " is there already, in line 1",
    ]  # fmt: skip
    assert refs("list") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("   1  ") and "3 scenes in " in out
    assert refs("rm", "2") == 0 and len(read_refs("references/refs.jsonl")) == 2
    assert refs("undo") == 0 and "3 scenes" in capsys.readouterr().out
    assert [ref.scene for ref in read_refs("references/refs.jsonl")] == [scene_toys.scenes(4)[i] for i in (3, 1, 0)]


def test_nothing_is_added_where_one_name_is_wrong(refs, capsys):
    assert refs("add", "0", "q:9") == 2
    assert "expected one of 2 numbers from 0 to 1" in capsys.readouterr().err
    assert not Path("references").exists()
    assert refs("rm", "1") == 2 and refs("undo") == 2


def test_damaged_lines_are_listed_and_can_be_removed(refs, capsys):
    refs("add", "0")
    with open("references/refs.jsonl", "a") as file:
        file.write('{"torn": ')
    assert refs("list") == 0
    assert "   2  damaged: " in capsys.readouterr().out
    assert refs("rm", "2") == 0 and len(RefFile("references/refs.jsonl").lines()) == 1


def test_a_contact_sheet(refs, monkeypatch):
    from stillhouse.engine.scene.curation import pictures

    refs("add", "0", "1")
    toys = lambda config: real(dict(type="ToyRenderer", size=config["size"]), Path("cache"))  # noqa: E731
    real = pictures.Pictures
    monkeypatch.setattr(pictures, "Pictures", toys)
    assert refs("contact-sheet", "--out", "sheets/refs.png", "--size", "16") == 0
    assert pictures.decoded(Path("sheets/refs.png").read_bytes()).shape == (20, 146, 3)
