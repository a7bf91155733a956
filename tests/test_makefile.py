"""Every target that docs/scene.md and the README speak of is there, and prints a command that its tool understands."""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {
    "demo": (), "gallery": ("ARGS=--only minigpt",), "generate": ("N=7",), "generate-quality": (), "generate-preview": (),
    "train": ("CONFIG=configs/minigpt.py",),
    "train-forward": (), "train-inverse-quality": (), "train-inverse-all": (), "predict": ("IMG=a b.png",), "explore": (),
    "explore-clip": (), "list-refs": (), "save-ref": ("ID=q:12",), "rm-ref": ("LINE=3",), "score-refs": ("SCORER=heuristic",),
    "score-refs-fresh": (), "iterate": ("ARGS=--small --keep 2 --rounds 3", "SCORER=human"),
}  # fmt: skip
CLEAN = ("clean", "clean-cache", "clean-scenes", "clean-runs", "clean-output", "clean-all")
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def printed(target: str, *variables: str, folder: Path = ROOT, options: tuple[str, ...] = ("-n",)) -> str:
    """What ``make`` says it would do."""
    command = ["make", "-f", str(ROOT / "Makefile"), *options, target, *variables]
    # Where make runs these tests, its own variables, the environment's folder among them, must not reach another make.
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "VENV")
    }
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture
def parsed(monkeypatch):
    """The arguments that a tool reads of its command line."""

    def parse(line: str):
        _, script, *arguments = shlex.split(line)
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        monkeypatch.setenv("LOCAL_RANK", "0")
        monkeypatch.syspath_prepend(str(ROOT / "tools"))
        return script, runpy.run_path(str(ROOT / script))["parse_args"]()

    return parse


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_prints_a_command_that_its_tool_understands(parsed, target: str):
    lines = [line for line in printed(target, *TARGETS[target]).splitlines() if "python tools/" in line]
    assert len(lines) == 1
    parsed(lines[0])


def test_variables_arrive(parsed):
    def arguments(target: str, *variables: str):
        return parsed(next(line for line in printed(target, *variables).splitlines() if "python tools/" in line))[1]

    assert arguments("generate", "N=7").count == 7 and arguments("generate").count == 5000
    quality = arguments("generate-quality", "REFS=here/refs.jsonl")
    assert quality.quality and quality.scored == Path("here/refs-scored.jsonl")
    assert arguments("predict", "IMG=a b.png").picture == Path("a b.png")
    assert arguments("score-refs-fresh").fresh and not arguments("score-refs").fresh
    assert arguments("explore-clip").features == "clip" and arguments("rm-ref", "LINE=3").line == 3
    assert arguments("train-inverse-all").with_companions
    small = arguments("iterate", "ARGS=--small")
    assert small.scorer is None and arguments("iterate", "SCORER=human").scorer == "human"


@pytest.mark.parametrize(
    ("target", "variable"), [("train", "CONFIG"), ("predict", "IMG"), ("save-ref", "ID"), ("rm-ref", "LINE")]
)
def test_a_target_without_its_variable_says_what_it_needs(target: str, variable: str):
    assert 'test -n ""' in printed(target) and f"make {target} {variable}=" in printed(target)


def test_cleaning_leaves_what_people_made(tmp_path: Path):
    kept = [
        "references/refs.jsonl", "references/refs-scored.jsonl", "data/preferences/a.jsonl", "data/can/x.csv",
        "data/scene/mine.jsonl", "output/mine.json", "work_dirs/preference_rounds/preferences/a.jsonl",
    ]  # fmt: skip
    gone = [
        "data/scene/images/000000.png", "data/scene/quality/params/000000.json", "data/scene_demo/generation.json",
        "work_dirs/scene_forward_small/iter_1.pth", "work_dirs/cycle/rounds/001/round.json", "work_dirs/automotive/x",
        "work_dirs/cache/scenes/x.png", "output/explore/preview.png", "output/explore.20260101/preview.png", ".pytest_cache/x",
    ]  # fmt: skip
    for name in kept + gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    printed("clean-all", folder=tmp_path, options=())
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert [name for name in gone if (tmp_path / name).exists()] == []


@pytest.mark.parametrize("target", CLEAN)
def test_cleaning_says_in_the_makefile_what_it_removes(target: str):
    assert re.search(rf"^{target}:.*  # \w+", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert "references" not in printed(target)
