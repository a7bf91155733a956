"""Variations of reference scenes by the command line."""

import json
from pathlib import Path

import pytest
from scripts import runner

from stillhouse.datasets.scene.forms import to_prefixed
from stillhouse.datasets.scene.schema import default_scene
from stillhouse.datasets.scene.store import SceneStore

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "generate_scenes.py")


@pytest.fixture
def generate(monkeypatch):
    return runner(SCRIPT, monkeypatch)


def test_references_that_show_something_are_varied(generate, tmp_path, capsys):
    shown, black = (
        {**default_scene(), "repetitions": 3, "geoWidth": 0.08},
        {**default_scene(), "repetitions": 1, "geoWidth": 0.001},
    )
    refs = tmp_path / "refs.jsonl"
    refs.write_text("".join(json.dumps(to_prefixed(scene)) + "\n" for scene in (shown, black)))
    assert generate(5, "--vary", "--refs", refs, "--size", 16, "--out", tmp_path / "out") == 0
    assert "1 of 2 references are varied" in capsys.readouterr().out
    store = SceneStore(tmp_path / "out")
    drawn = [store.read_scene(index) for index in store.complete()]
    assert len(drawn) == 5 and len({scene["alphaFactor"] for scene in drawn}) == 5
    assert all(0.8 * 0.08 - 1e-6 <= scene["geoWidth"] <= 0.1 for scene in drawn)
    assert json.loads((tmp_path / "out" / "generation.json").read_text())["variations"] is True


def test_there_must_be_something_to_vary(generate, capsys):
    assert generate(5, "--vary") == 2
    assert "--vary: got no --refs FILE, expected scenes to vary" in capsys.readouterr().err
