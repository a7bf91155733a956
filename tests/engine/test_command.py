"""How a command line ends."""

import errno
import sys
from pathlib import Path

import pytest

from stillhouse.engine.command import DEFECT, INTERRUPTED, REFUSED, is_shortage, run
from stillhouse.engine.config import parse_options
from stillhouse.engine.errors import CheckpointError, ConfigError
from stillhouse.engine.evaluation.latent.photographs import photograph_maps
from stillhouse.engine.paths import run_path


def raising(error: BaseException):
    def main() -> None:
        raise error

    return main


@pytest.mark.parametrize("error", [ConfigError(["a: wrong"]), CheckpointError("x.pth: is damaged")])
def test_refusals_are_one_message_and_status_2(error, capsys):
    assert run(raising(error)) == REFUSED == 2
    assert capsys.readouterr().err == f"error: {error}\n"


def test_errors_that_the_package_raises_on_purpose(capsys):
    assert run(lambda: run_path("w", "m", "d", "gat", "student", "kd", "normal")) == 2
    assert capsys.readouterr().err.startswith("error: distillation: got 'kd'")
    assert run(parse_options, ["nothing"]) == 2


def test_a_missing_extra_is_a_refusal(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert run(photograph_maps) == 2
    assert 'pip install "stillhouse[latent]"' in capsys.readouterr().err


@pytest.mark.parametrize("error", [ValueError("a mistake"), KeyError(), RuntimeError("a mistake")])
def test_a_defect_keeps_its_traceback_and_has_status_3(error, capsys):
    assert run(raising(error)) == DEFECT == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback") and type(error).__name__ in err


def test_what_the_operating_system_refuses_is_a_refusal(tmp_path: Path, capsys):
    (tmp_path / "file").touch()
    assert run((tmp_path / "file" / "x").write_text, "text") == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'file' / 'x'}: cannot be read or written (Not a directory)\n"
    (tmp_path / "folder").mkdir()
    assert run((tmp_path / "file").replace, tmp_path / "folder") == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'folder'}: cannot be read or written (Is a directory)\n"
    assert run(raising(PermissionError(errno.EACCES, "Permission denied", "out"))) == 2
    assert capsys.readouterr().err == "error: out: cannot be read or written (Permission denied)\n"
    assert run(raising(OSError(errno.EIO, "Input/output error"))) == 2
    assert capsys.readouterr().err == "error: [Errno 5] Input/output error\n"


def test_interruption(capsys):
    assert run(raising(KeyboardInterrupt())) == INTERRUPTED == 130
    assert "go on with --resume" in capsys.readouterr().err


def test_success():
    assert run(lambda: None) == 0


def test_a_verdict_is_the_status():
    assert run(lambda: 1) == 1 and run(lambda: 0) == 0
    assert run(lambda: "words") == 0


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("no room"),
        RuntimeError("[enforce fail] can't allocate memory: no room"),
        RuntimeError("std::bad_alloc"),
        ImportError("some.so: failed to map segment from shared object"),
    ],
)
def test_memory_that_runs_out_is_a_refusal(error: Exception, capsys):
    assert run(raising(error)) == REFUSED
    told = capsys.readouterr().err
    assert told.startswith("error: memory ran out (") and "What was saved before is untouched" in told


class PanicException(BaseException):
    """What a library in Rust raises."""


@pytest.mark.parametrize("error", [SystemError("error return without exception set"), PanicException("no thread")])
def test_what_a_library_says_without_memory_is_a_refusal(error: BaseException, capsys, monkeypatch):
    assert run(raising(error)) == DEFECT
    assert capsys.readouterr().err.startswith("Traceback")
    monkeypatch.setattr("stillhouse.engine.command.LITTLE", 1 << 62)
    assert run(raising(error)) == REFUSED
    assert capsys.readouterr().err.startswith(f"error: memory ran out ({error}).")
    assert run(raising(ConfigError(["a: wrong"]))) == REFUSED, "what is said on purpose needs no other reason"
    assert "a: wrong" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("first", "status", "says"),
    [
        (MemoryError(), REFUSED, "error: memory ran out (Failed to format the config). What was saved"),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted; go on with --resume"),
        (KeyError("seed"), DEFECT, "Traceback"),
    ],
)
def test_an_error_in_the_place_of_another_does_not_hide_it(first: BaseException, status: int, says: str, capsys):
    def main() -> None:
        try:
            raise first
        except BaseException:
            raise SyntaxError("Failed to format the config\nseed = 0\nwork_root = 'x'")  # noqa: B904

    assert run(main) == status
    told = capsys.readouterr().err
    assert told.startswith(says) and ("work_root" in told) == (status == DEFECT)


def test_what_is_no_error_goes_on():
    with pytest.raises(SystemExit):
        run(sys.exit, 5)


def test_a_shortage_is_none_of_the_content():
    assert is_shortage(MemoryError()) and is_shortage(OSError(errno.EFBIG, "File too large"))
    assert is_shortage(OSError(errno.ENOMEM, "Cannot allocate memory"))
    assert not is_shortage(OSError(errno.ENOENT, "No such file")) and not is_shortage(ValueError("wrong"))


def test_a_full_disk_that_names_no_file_is_still_a_clear_refusal(capsys):
    assert run(raising(OSError(errno.ENOSPC, "No space left on device"))) == REFUSED
    told = capsys.readouterr().err
    assert told.startswith(
        "error: a file could not be written (No space left on device). What was saved before is untouched"
    )
