"""The command line that writes scenes and their images."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from scene_services import colour, free_port, served
from scene_strategies import layer, scene
from scripts import runner

from stillhouse.datasets.scene.forms import to_prefixed
from stillhouse.datasets.scene.recipe import Recipe
from stillhouse.datasets.scene.store import SceneStore

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "generate_scenes.py")
SMALL = ("--size", 16)


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of every file, by its path; those that a killed process left half written are none."""
    paths = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def references(path: Path, score: float | None = None) -> Path:
    body = {**to_prefixed(scene(layer(), geometry="arch")), "Noise.size": 9}
    path.write_text(json.dumps(body if score is None else {"params": body, "score": score}) + "\n")
    return path


def test_the_files_the_counts_and_the_preview(call, tmp_path: Path, capsys):
    root = tmp_path / "s"
    assert call(10, *SMALL, "--out", root, "--preview") == 0
    out = capsys.readouterr().out
    assert f"Wrote 10 scenes to {root}, kept 0 that were there." in out
    assert f"{root / 'preview.png'} shows 10 of them." in out
    assert cv2.imread(str(root / "preview.png")).max() > 100
    store = SceneStore(root)
    assert store.complete() == list(range(10)) and store.read_image(3).shape == (16, 16, 3)
    assert [store.read_scene(i) for i in range(10)] == [Recipe(0).scene(i) for i in range(10)]
    whole = contents(root)
    assert call(12, *SMALL, "--out", root) == 0
    assert "Wrote 2 scenes" in capsys.readouterr().out
    assert {name: content for name, content in contents(root).items() if name in whole} == whole
    assert len(contents(root)) == 2 * 12 + 2


def test_scenes_bred_from_references(call, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = references(tmp_path / "refs.jsonl")
    assert call(6, *SMALL, "--refs", path, path) == 0
    out = capsys.readouterr().out
    assert f"{path}: 1 scenes; 1 made to fit the schema (noiseSize 1)." in out
    assert json.loads((tmp_path / "data/scene/generation.json").read_text())["bred"] == 0.3
    assert call(6, *SMALL, "--quality", "--scored", references(tmp_path / "scored.jsonl", 0.8)) == 0
    assert json.loads((tmp_path / "data/scene/quality/generation.json").read_text())["bred"] == 0.7
    plain = [Recipe(0).scene(i) for i in range(6)]
    for folder, least in (("data/scene", 1), ("data/scene/quality", 3)):
        store = SceneStore(tmp_path / folder)
        assert store.complete() == list(range(6))
        assert sum(store.read_scene(i) != plain[i] for i in range(6)) >= least


def test_a_service_renders(call, tmp_path: Path, capsys):
    with served() as service:
        assert call(30, *SMALL, "--out", tmp_path / "s", "--renderer", service.url, "--workers", 3) == 0
    store = SceneStore(tmp_path / "s")
    assert store.complete() == list(range(30))
    assert all(tuple(store.read_image(i)[0, 0]) == colour(store.read_scene(i)) for i in range(30))
    unreachable = f"http://127.0.0.1:{free_port()}"
    assert call(31, *SMALL, "--out", tmp_path / "s", "--renderer", unreachable, "--patience", 0.1) == 2
    err = capsys.readouterr().err
    assert "error: scene 30: got no image of 1 scenes" in err and "give the same command again" in err
    assert "Traceback" not in err


def test_progress_on_a_pipe(call, tmp_path: Path, monkeypatch, capsys):
    moments = iter(range(0, 10_000, 4))
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    assert call(5, *SMALL, "--out", tmp_path / "s") == 0
    assert "of 5 scenes, 0." in capsys.readouterr().out


@pytest.mark.slow
def test_a_killed_process_leaves_whole_pairs_and_is_gone_on_with(call, tmp_path: Path):
    root, whole = tmp_path / "killed", tmp_path / "whole"
    child = subprocess.Popen(
        [sys.executable, SCRIPT, "300", "--size", "16", "--out", str(root)], stdout=subprocess.DEVNULL
    )
    patience = time.monotonic() + 240
    while len(list(root.rglob("*.png"))) < 2 and time.monotonic() < patience and child.poll() is None:
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    partial = contents(root)
    number = len(SceneStore(root).complete()) + 3
    assert 2 + 3 <= number < 300
    assert call(number, *SMALL, "--out", root) == 0
    assert call(number, *SMALL, "--out", whole) == 0
    assert contents(root) == contents(whole) and set(partial) < set(contents(root))


@pytest.mark.slow
def test_processes_write_the_same_files(call, tmp_path: Path):
    for workers in (1, 2):
        assert call(20, *SMALL, "--out", tmp_path / str(workers), "--workers", workers) == 0
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_refusals(call, tmp_path: Path, capsys):
    for arguments, message in (
        ((0,), "N: got 0, expected at least 1"),
        ((5, "--size", 0), "--size: got 0, expected at least 1"),
        ((5, "--workers", 0), "--workers: got 0, expected at least 1"),
        ((5, "--quality"), "--quality and --scored FILE: got one alone"),
        ((5, "--scored", "x"), "--quality and --scored FILE: got one alone"),
        ((5, "--quality", "--scored", "x", "--refs", "y"), "--refs and --quality: got both"),
        ((5, "--refs", tmp_path / "absent.jsonl"), "absent.jsonl: cannot be read or written (No such file"),
    ):
        assert call(*arguments, "--out", tmp_path / "s") == 2
        err = capsys.readouterr().err
        assert message in err and "Traceback" not in err
    assert call(1, *SMALL, "--out", tmp_path / "s") == 0
    assert call(1, "--size", 8, "--out", tmp_path / "s") == 2
    assert "generation.json: got size=16, expected size=8" in capsys.readouterr().err
