"""The command lines: quick help that opens with an example, and refusals of one message."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from experiments import StopAt, train

ROOT = Path(__file__).resolve().parents[2]


class Answer(NamedTuple):
    """What a command line answered."""

    status: int
    out: str
    err: str


def spawn(*command: str | Path) -> Answer:
    """Run Python in a process of its own."""
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, timeout=120)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def call(monkeypatch, capsys):
    """Runs a tool as a script would, but in this process, which has imported everything already."""
    monkeypatch.setenv("LOCAL_RANK", "0")

    def run(tool: str, *arguments) -> Answer:
        script = str(ROOT / "tools" / f"{tool}.py")
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(script, run_name="__main__")
        return Answer(int(ended.value.code or 0), *capsys.readouterr())

    return run


def refused(answer: Answer) -> str:
    """The message of a refusal: one, on stderr, with status 2 and without a traceback."""
    assert answer.status == 2, answer.err
    assert "Traceback" not in answer.err and answer.err.count("error: ") == 1
    return answer.err


def test_a_refusal_ends_a_real_process_with_status_2():
    assert "no/such.py: no such config file" in refused(spawn(ROOT / "tools" / "train.py", "no/such.py"))


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("train", ["configs/minigpt.py", "--cfg-options", "nothing"], "--cfg-options 'nothing': expected key=value"),
        (
            "train",
            ["configs/minigpt.py", "--kd", "a.py", "--no-kd"],
            "--kd, --no-kd and --distillation exclude each other",
        ),
        ("train", ["configs/minigpt.py", "--distillation", "with-kd"], "no `run`, so no teacher can be found"),
        ("train", ["configs/minigpt.py", "--auto-scale-lr"], "--auto-scale-lr: the config has no auto_scale_lr"),
        ("train", ["configs/minigpt.py", "--kd", "no.py"], "no.py"),
        ("train", ["configs/minigpt.py", "--cfg-options", "text_file=no/such.txt"], "no/such.txt"),
        ("test", ["configs/minigpt.py"], "minigpt.py: has no test_dataloader"),
        ("publish", ["no/such/run", "out.pth"], "no/such/run: no such checkpoint"),
    ],
)
def test_refusals(call, tool: str, arguments: list[str], message: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert message in refused(call(tool, *arguments))
    assert not list(tmp_path.rglob("*.pth"))


def test_a_run_in_the_way_is_refused_resumed_and_moved_on_request(call, config, tmp_path: Path):
    path = config(train_cfg=dict(type="TrainLoop", max_iters=2))
    folder = tmp_path / "runs" / "student"
    train(path, stop=StopAt(1))
    assert "already holds a run. Go on with --resume" in refused(call("train", path))
    resumed = call("train", path, "--resume")
    assert resumed.status == 0 and "iter_1.pth" in resumed.out
    assert f"{folder} holds the result. Extract it: python tools/publish.py {folder}" in resumed.out
    restarted = call("train", path, "--restart")
    assert restarted.status == 0 and "the earlier run is now in" in restarted.out
    assert len(list((tmp_path / "runs").glob("student.*/iter_2.pth"))) == 1
    assert "has no test_dataloader" in refused(call("test", folder))


def test_publishing_says_how_to_load_the_file(call, config, tmp_path: Path):
    train(config(train_cfg=dict(type="TrainLoop", max_iters=1)))
    answer = call("publish", tmp_path / "runs" / "student", tmp_path / "network.pth")
    assert answer.status == 0 and "load_network(" in answer.out and (tmp_path / "network.pth").is_file()


def test_a_teacher_named_on_the_command_line_is_trained_first(call, config, tmp_path: Path):
    short = dict(train_cfg=dict(type="TrainLoop", max_iters=1))
    teacher, student = config("teacher", **short), config("student", **short)
    assert "--with-companions" in refused(call("train", student, "--kd", teacher))
    answer = call("train", student, "--kd", teacher, "--with-companions")
    assert answer.status == 0 and f"teacher.py: trains in {tmp_path / 'runs' / 'teacher'}" in answer.out
    assert (tmp_path / "runs" / "student" / "iter_1.pth").is_file()


def test_the_check_says_what_to_do_next(call, config):
    path = config()
    answer = call("train", path, "--check")
    assert answer.status == 0 and f"no problems. Train it: python tools/train.py {path}" in answer.out
