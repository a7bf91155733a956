"""One run at a time in a folder, and nothing overwritten by accident."""

import os
import time
from pathlib import Path

import pytest
from experiments import StopAt, newest, train

from stillhouse.engine import run_folder
from stillhouse.engine.errors import RunFolderError
from stillhouse.engine.launch import start_over
from stillhouse.engine.run_folder import RunFolder, read_result, set_aside, write_result


def test_two_runs_in_one_folder(tmp_path: Path):
    first = RunFolder(tmp_path / "run")
    with pytest.raises(
        RunFolderError, match=rf"run: is in use by process {os.getpid()} on .*choose another --work-dir"
    ):
        RunFolder(tmp_path / "run")
    first.release()
    RunFolder(tmp_path / "run").release()


def test_a_refused_run_leaves_the_other_s_name_in_the_lock(tmp_path: Path):
    first = RunFolder(tmp_path / "run")
    for _ in range(2):
        with pytest.raises(RunFolderError, match=f"process {os.getpid()}"):
            RunFolder(tmp_path / "run")
    first.release()


def test_a_forked_child_does_not_hold_the_lock(tmp_path: Path):
    folder = RunFolder(tmp_path / "run")
    child = os.fork()
    if child == 0:
        time.sleep(5)
        os._exit(0)
    try:
        time.sleep(0.2)
        folder.release()
        RunFolder(tmp_path / "run").release()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_a_file_in_the_way(tmp_path: Path):
    (tmp_path / "run").write_text("not a folder")
    with pytest.raises(
        RunFolderError, match=r"run: cannot be written \(File exists\)\. Choose another with --work-dir"
    ):
        RunFolder(tmp_path / "run")


def test_a_read_only_folder(tmp_path: Path, monkeypatch):
    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(run_folder, "open", denied, raising=False)
    with pytest.raises(RunFolderError, match=r"run: cannot be written \(Permission denied\)"):
        RunFolder(tmp_path / "run")


def test_what_a_killed_write_left_is_cleared(tmp_path: Path):
    for name in (".iter_3.pth.123.tmp", ".last_checkpoint.123.tmp", "mine.tmp"):
        (tmp_path / name).write_bytes(b"half")
    RunFolder(tmp_path).release()
    assert [path.name for path in tmp_path.glob("*.tmp")] == ["mine.tmp"]


def test_an_existing_run_is_not_overwritten(config, tmp_path: Path):
    path = config()
    train(path, tmp_path / "run", stop=StopAt(2))
    before = newest(tmp_path / "run")["meta"]["iter"]
    with pytest.raises(RunFolderError, match=r"already holds a run\. Go on with --resume, begin anew with --restart"):
        train(path, tmp_path / "run")
    assert newest(tmp_path / "run")["meta"]["iter"] == before == 2


def test_restart_moves_the_old_run_aside(config, tmp_path: Path):
    path = config()
    runner = train(path, stop=StopAt(2))
    from stillhouse.engine.config import load_config

    aside = start_over(load_config(path))
    assert aside is not None and (aside / "iter_2.pth").is_file()
    assert aside.parent == Path(runner.work_dir).parent and not Path(runner.work_dir).exists()
    train(path, stop=StopAt(1))


def test_restart_twice_in_one_second_loses_nothing(tmp_path: Path):
    for _ in range(2):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "iter_1.pth").write_text("")
        set_aside(tmp_path / "run")
    assert len(list(tmp_path.glob("run.*/iter_1.pth"))) == 2


def test_nothing_to_move_aside(tmp_path: Path):
    assert set_aside(tmp_path / "no") is None
    (tmp_path / "empty").mkdir()
    assert set_aside(tmp_path / "empty") is None


def test_results_go_round(tmp_path: Path):
    assert read_result(tmp_path) is None
    write_result(tmp_path, {"finished": True, "metrics": {"f1": 0.5}})
    assert read_result(tmp_path) == {"finished": True, "metrics": {"f1": 0.5}}
