"""What is trained before the gallery is drawn."""

import subprocess
import sys
from pathlib import Path

import pytest

from stillhouse.engine.config import load_config
from stillhouse.tools.exhibition import steps as module
from stillhouse.tools.exhibition.plan import DOMAINS, EXHIBITS
from stillhouse.tools.exhibition.steps import Step, run_steps, steps

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def ran(monkeypatch) -> list[list[str]]:
    """The commands that are given; those that name ``bad`` fail, and what ``hard`` finds is not good enough for it."""
    given: list[list[str]] = []

    def run(command: list[str], **_):
        given.append(command)
        return subprocess.CompletedProcess(command, 2 * ("bad" in command) + ("hard" in command))

    monkeypatch.setattr(module.subprocess, "run", run)
    return given


def test_every_exhibit_is_made_by_some_step(tmp_path: Path):
    refs = tmp_path / "refs.jsonl"
    refs.write_text("{}")
    texts = [step.text for step in steps(refs, list(DOMAINS))]
    for exhibit in EXHIBITS:
        made = exhibit.command.removesuffix(" -n 24")
        assert any(text.startswith(made) or set(made.split()) <= set(text.split()) for text in texts), exhibit.name


def test_steps_name_tools_and_configs_that_are_there(tmp_path: Path):
    for step in steps(tmp_path, list(DOMAINS)):
        assert (ROOT / "tools" / step.command[0]).is_file()
        for config in (part for part in step.command if part.startswith("configs/")):
            assert load_config(config).work_dir == step.result.parent


def test_without_references_scenes_are_drawn_at_random_and_none_are_bred(tmp_path: Path):
    texts = [step.text for step in steps(tmp_path / "refs.jsonl", ["scene"])]
    assert not [text for text in texts if "--vary" in text or "explore.py" in text]
    (tmp_path / "refs.jsonl").write_text("{}")
    texts = [step.text for step in steps(tmp_path / "refs.jsonl", ["scene"])]
    assert len([text for text in texts if f"--refs {tmp_path}/refs.jsonl" in text]) == 2


def test_some_domains():
    assert [step.domain for step in steps(Path("none"), ["minigpt", "can"])] == ["can", "minigpt"]


def test_what_is_done_is_passed_over_and_a_failure_stops_nothing(ran, tmp_path: Path):
    (tmp_path / "result.json").write_text("{}")
    done = Step("can", ("demo.py",), tmp_path / "result.json")
    bad, good = Step("can", ("train.py", "bad")), Step("can", ("train.py", "good"), tmp_path / "other.json")
    said: list[str] = []
    assert run_steps([done, bad, good], said.append) == [bad]
    assert [command[2:] for command in ran] == [["bad"], ["good"]]
    assert ran[0][:2] == [sys.executable, str(ROOT / "tools" / "train.py")]
    assert said == [
        "[1/3] done before: python tools/demo.py", "[2/3] python tools/train.py bad", "[3/3] python tools/train.py good",
    ]  # fmt: skip


def test_a_verdict_is_told_and_no_failure(ran):
    said: list[str] = []
    assert run_steps([Step("scene", ("explore.py", "hard"))], said.append) == []
    assert said == ["[1/1] python tools/explore.py hard", "its own verdict is FAIL: python tools/explore.py hard"]
