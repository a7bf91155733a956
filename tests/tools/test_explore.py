"""The command line that explores."""

from pathlib import Path

import pytest
import scene_toys
from scripts import runner

from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.datasets.scene.store import SceneStore

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "explore.py")
SMALL = ("-n", "2", "--candidates", "8", "--score-size", "32", "--size", "32", "--features", "random")


@pytest.fixture
def explore(monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    few = [{**scene, "repetitions": 3} for scene in scene_toys.scenes(2)]
    RefFile("references/refs.jsonl").add(few)
    return runner(SCRIPT, monkeypatch)


def test_scenes_a_sheet_and_a_table(explore, capsys):
    assert explore(*SMALL) in (0, 1)
    out = capsys.readouterr().out
    assert "output/explore/preview.png: 2 of " in out and "| random AlexNet features (no LPIPS), seed 0 |" in out
    assert SceneStore("output/explore").complete() == [0, 1]
    assert explore(*SMALL) in (0, 1) and "already the exploration of these inputs" in capsys.readouterr().out


def test_what_is_refused(explore, capsys):
    assert explore("-n", "9", "--candidates", "8") == 2
    assert "expected 2 to 8" in capsys.readouterr().err
    assert explore("--score-with", "proxy", *SMALL) == 2
    assert "no trained scene_forward below work_dirs" in capsys.readouterr().err
    assert explore("--refs", "none.jsonl") == 2
    assert not Path("output").exists()
