"""The command line of the life cycle."""

import sys
from pathlib import Path

import cycle_toys
import pytest
from cycle_toys import NAMES, Tools
from scripts import runner

from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.engine.command import INTERRUPTED, REFUSED
from stillhouse.engine.scene.cycle import process

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "iterate.py")
SMALL = ("--small", "--refs", "refs.jsonl", "--scenes", "5", "--quality", "4", "--candidates", "9", "-n", "4")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch) -> Tools:
    """Small references in an empty folder, and tools that leave small results at once."""
    monkeypatch.chdir(tmp_path)
    cycle_toys.plan(tmp_path)
    found = Tools(tmp_path / "log")
    monkeypatch.setattr(process, "run_tool", lambda script, arguments: found(script.stem, arguments))
    return found


@pytest.fixture
def call(monkeypatch):
    return runner(SCRIPT, monkeypatch)


def test_the_cycle_asks_goes_on_and_ends(call, tools: Tools, capsys):
    assert call(*SMALL) == 1 and tools.noted() == NAMES
    said = capsys.readouterr().out
    assert "round 1 is explored: choose what is kept" in said and "Look at work_dirs/cycle_small/index.html" in said
    assert call(*SMALL) == 1 and tools.noted() == NAMES
    assert call(*SMALL, "--keep", 2, "--rounds", 2) == 0 and len(tools.noted()) == 12
    assert "2 rounds are whole." in capsys.readouterr().out
    assert len(RefFile("refs.jsonl").refs()) == 7
    assert Path("work_dirs/cycle_small/index.html").read_text().count("<h2>Round") == 2


def test_what_would_run_is_listed_with_its_reason_and_its_command(call, tools: Tools, capsys):
    assert call(*SMALL, "--list") == 0 and tools.noted("began") == []
    said = capsys.readouterr().out
    assert "coverage  runs: it has not been done yet\n          python tools/generate_scenes.py 5 --size 64" in said
    assert "forward   runs: coverage runs before it" in said and not Path("work_dirs").exists()
    call(*SMALL)
    capsys.readouterr()
    assert call(*SMALL, "--inverse-options", "max_iters=7", "--list") == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in said if not line.startswith(" ")] == ["is", "is", "is", "is", "runs:", "is"]
    assert "inverse   runs: changed: config" in said and "max_iters=7 --work-dir" in said[5]


def test_without_small_the_full_configs_and_qwen(call, tools: Tools, capsys):
    assert call("--refs", "refs.jsonl", "--list") == 0
    said = capsys.readouterr().out
    assert (
        "generate_scenes.py 20000 --size 256" in said and "--scorer qwen" in said and "work_dirs/cycle/scores-" in said
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--refs", "absent.jsonl"), "error: absent.jsonl: no references, expected a scene a line"),
        (("--size", "4"), "error: size: got 4, expected at least 8"),
        (("--forward", "absent.py"), "absent.py: no such config file"),
        (("--forward-options", "max_iters"), "--cfg-options 'max_iters': expected key=value"),
        (("--rounds", "0"), "got '0', expected a whole number of at least 1"),
        (("--keep", "-1"), "got '-1', expected a whole number of at least 0"),
    ],
)
def test_refusals_are_one_message(call, tools: Tools, capsys, arguments, message: str):
    assert call(*SMALL, *arguments) == REFUSED
    assert message in capsys.readouterr().err and tools.noted("began") == []


def test_a_tool_that_is_interrupted_interrupts_the_cycle(call, tools: Tools, capsys):
    tools.statuses["score_refs"] = INTERRUPTED
    assert call(*SMALL) == INTERRUPTED
    assert "the same command goes on" in capsys.readouterr().err
    tools.statuses.clear()
    assert call(*SMALL) == 1 and tools.noted() == NAMES


@pytest.mark.slow
def test_the_real_tools_go_through_a_round(tmp_path: Path, monkeypatch):
    """Tiny: every stage by its own tool in its own process."""
    monkeypatch.chdir(tmp_path)
    cycle_toys.plan(tmp_path)
    tiny = ("max_iters=4", "warmup_iters=1", "train_cfg.val_interval=2", "batch_size=8", "default_hooks.log.interval=1")
    monkeypatch.setattr(sys, "argv", [SCRIPT])
    arguments = (
        "--small", "--refs", "refs.jsonl", "--scenes", 60, "--quality", 60, "--candidates", 40, "-n", 3, "--drawn-by", "renderer",
        "--features", "random", "--keep", 1, "--forward-options", *tiny, "--inverse-options", *tiny,
    )  # fmt: skip
    assert runner(SCRIPT, monkeypatch)(*arguments) == 0
    assert len(RefFile("refs.jsonl").refs()) == 4
    page = Path("work_dirs/cycle_small/index.html").read_text()
    assert page.count("<img src=") == 9, "two sheets, two curves, two validations, references, explored and kept scenes"
