"""What differs between run folders, and the command line around it."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from stillhouse.engine.command import run as run_command
from stillhouse.engine.errors import RunFolderError
from stillhouse.engine.evaluation.comparison import ABSENT, compare, flatten

TOOL = Path(__file__).resolve().parents[3] / "tools" / "compare.py"
CONFIG = """
optim_wrapper = dict(optimizer=dict(type="Adam", lr={lr}))
betas = [0.9, 0.999]
custom_hooks = [{kd}dict(type="EMAHook", momentum=0.1)]
work_dir = "{lr}"
"""
KD = 'dict(type="KDHook", alpha=0.7), '


def run(folder: Path, lr=0.1, kd="", result=None) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.py").write_text(CONFIG.format(lr=lr, kd=kd))
    (folder / "result.json").write_text(json.dumps({"f1": 0.9} if result is None else result))
    return folder


@pytest.fixture
def tool(monkeypatch):
    """Runs the command line in this process and returns its exit status."""

    def main(*arguments) -> int:
        monkeypatch.setenv("COLUMNS", "160")
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, arguments)])
        tool = runpy.run_path(str(TOOL))
        return run_command(tool["main"], tool["parse_args"]())

    return main


def test_only_differences_are_listed(tmp_path):
    found = compare([run(tmp_path / "a" / "x"), run(tmp_path / "b" / "x", lr=0.2, kd=KD)])
    assert found.names == ["a", "b"]
    assert found.config == {
        "optim_wrapper.optimizer.lr": [0.1, 0.2],
        "custom_hooks[KDHook].type": [ABSENT, "KDHook"],
        "custom_hooks[KDHook].alpha": [ABSENT, 0.7],
    }


def test_metrics_stand_side_by_side(tmp_path):
    finished = {"finished": True, "parameters": 12, "metrics": {"f1": 0.8, "note": "x"}, "best": {"f1": 0.8}}
    found = compare([run(tmp_path / "a"), run(tmp_path / "b", result=finished)])
    assert found.config == {}
    assert found.metrics == {"f1": [0.9, 0.8], "parameters": [ABSENT, 12]}


def test_lists_of_components_are_keyed_by_type():
    hooks = [{"type": "A", "x": 1}, {"type": "A", "x": 2}, {"type": "B", "empty": {}}]
    assert flatten({"hooks": hooks, "sizes": (1, 2), "mixed": [{"type": "A"}, 3]}) == {
        "hooks[A].type": "A",
        "hooks[A].x": 1,
        "hooks[A 2].type": "A",
        "hooks[A 2].x": 2,
        "hooks[B].type": "B",
        "hooks[B].empty": {},
        "sizes": [1, 2],
        "mixed": [{"type": "A"}, 3],
    }


def test_one_run_is_no_comparison(tmp_path):
    with pytest.raises(RunFolderError, match="needs at least two runs, got 1"):
        compare([run(tmp_path / "a")])


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match="b: no such folder, expected that of a run"):
        compare([run(tmp_path / "a"), tmp_path / "b"])


@pytest.mark.parametrize(
    ("missing", "message"),
    [("config.py", "is not a run, it has no config.py"), ("result.json", "has not finished, it has no result.json")],
)
def test_a_folder_that_is_not_a_finished_run_is_refused(tmp_path, missing, message):
    (run(tmp_path / "b") / missing).unlink()
    with pytest.raises(RunFolderError, match=f"b: .*{message}"):
        compare([run(tmp_path / "a"), tmp_path / "b"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.py", "lr = ", "config.py: cannot be read as a config"),
        ("result.json", '{"f1"', "result.json: is not JSON"),
        ("result.json", "[1]", "result.json: holds a list, expected a dict"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, name, content, message):
    (run(tmp_path / "b") / name).write_text(content)
    with pytest.raises(RunFolderError, match=message):
        compare([run(tmp_path / "a"), tmp_path / "b"])


def test_tool_prints_both_tables_and_what_to_do_next(tmp_path, tool, capsys):
    assert tool(run(tmp_path / "a"), run(tmp_path / "b", lr=0.2)) == 0
    shown = capsys.readouterr().out
    assert "optim_wrapper.optimizer.lr" in shown and "0.9" in shown
    assert shown.splitlines()[-1] == "Next: add --curves curves.png to see how the runs got there."


def test_tool_refuses_with_status_two(tmp_path, tool, capsys):
    assert tool(run(tmp_path / "a"), tmp_path / "b") == 2
    assert "b: no such folder" in capsys.readouterr().err


def test_tool_draws_curves(tmp_path, tool, capsys):
    runs = [run(tmp_path / "a"), run(tmp_path / "b")]
    for folder in runs:
        scalars = folder / "20250101_000000" / "vis_data" / "scalars.json"
        scalars.parent.mkdir(parents=True)
        scalars.write_text('{"loss": 1.0, "iter": 1, "step": 1}\n')
    assert tool(*runs, "--curves", tmp_path / "c.png", "--columns", "loss") == 0
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out.splitlines()[-1] == f"Next: look at {tmp_path / 'c.png'}."
