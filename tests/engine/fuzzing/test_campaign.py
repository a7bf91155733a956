"""A campaign sees every way in which a reader may fail."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from stillhouse.engine.errors import StillhouseError
from stillhouse.engine.fuzzing import judging, watching
from stillhouse.engine.fuzzing.campaign import fuzz, valid_sets, write_example
from stillhouse.engine.fuzzing.reader import PassedOverError, Reader, in_one_file, single


class Refusal(ValueError):
    """Of the readers here."""


def reader(read, **more) -> Reader:
    return Reader("toy", single("a.bin", lambda rng: rng.randbytes(40)), read, (Refusal,), **more)


def said(read, **more) -> str:
    """What the only finding of a reader says."""
    tally = fuzz(reader(read, **more), 1)
    assert len(tally.findings) == 1 == tally.tried
    return tally.findings[0].what


def refuse(text: str):
    def read(folder: Path) -> None:
        raise Refusal(text)

    return read


def test_accepted_refused_and_passed_over_are_counted():
    def read(path: Path) -> None:
        size = path.stat().st_size
        if size < 40:
            raise Refusal(f"{path}: too short")
        if size > 40:
            raise PassedOverError

    tally = fuzz(reader(in_one_file(read)), 60)
    assert tally.accepted > 5 and tally.refused > 5 and tally.tried == 60 and not tally.findings


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (lambda folder: {}["a"], "KeyError in ?: 'a'"),
        (refuse("too short"), "Refusal in ? names no file: too short"),
        (refuse("a.bin " + "x" * 3000), "Refusal in ? of 3006 letters"),
        (refuse("a.bin \x1b[2J"), r"with the control letter '\x1b'"),
        (lambda folder: (folder.parent / "out").write_text(""), "left its folder: writes"),
        (lambda folder: Path("/tmp").joinpath("nothing").open(), "FileNotFoundError in ?"),
        (lambda folder: subprocess.run(["true"]), "left its folder: subprocess.Popen"),
        (lambda folder: folder.unlink(), "in ?:"),
        (lambda folder: exit(3), "SystemExit in ?: 3"),
        (lambda folder: os.kill(os.getpid(), signal.SIGKILL), "ended the process with -9"),
        (lambda folder: bytearray(1 << 40), "MemoryError in ?"),
    ],
)
def test_findings(read, what: str):
    assert what in said(read)


def test_a_file_outside_that_is_only_read(tmp_path: Path):
    outside = tmp_path / "secret"
    outside.write_text("secret")
    assert f"left its folder: reads {str(outside)!r}" in said(lambda folder: outside.read_text())


def test_unpickling_is_a_finding_whatever_it_names():
    import pickle

    content = pickle.dumps(Path("a"))
    assert "left its folder: pickle.find_class" in said(lambda folder: pickle.loads(content))


def test_hangs_end(monkeypatch):
    monkeypatch.setattr(judging, "HANG_S", 0.2)
    assert said(lambda folder: time.sleep(60)) == "did not end within 0.2 s"


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(judging, "GROWTH_MB", 20)
    assert said(lambda folder: len(b"x" * (50 << 20))).startswith("took ")


def test_a_crash_costs_its_example_alone():
    def read(path: Path) -> None:
        if path.stat().st_size < 40:
            os.kill(os.getpid(), signal.SIGKILL)

    tally = fuzz(reader(in_one_file(read)), 30)
    assert tally.tried == 30 and tally.accepted > 3 and len(tally.findings) > 3
    assert {one.what for one in tally.findings} == {"ended the process with -9"}


def test_a_campaign_goes_on_anywhere_and_keeps_what_it_found(tmp_path: Path):
    def read(path: Path) -> None:
        if path.stat().st_size < 40:
            raise RuntimeError("short")

    toy = reader(in_one_file(read))
    whole = fuzz(toy, 30, seed=3)
    parts = [fuzz(toy, 10, 3, first, tmp_path) for first in (0, 10, 20)]
    assert [one.example for one in whole.findings] == [one.example for part in parts for one in part.findings]
    number = whole.findings[0].example
    write_example(toy, number, 3, tmp_path / "again", valid_sets(toy, 3))
    assert (tmp_path / f"toy-{number}" / "a.bin").read_bytes() == (tmp_path / "again" / "a.bin").read_bytes()


def test_valid_files_that_cannot_be_made(capfd):
    toy = Reader("toy", single("a", lambda rng: b"" + None), lambda folder: None, ())
    with pytest.raises(StillhouseError, match="toy: its valid files cannot be made; the traceback stands above"):
        fuzz(toy, 1)
    assert "TypeError" in capfd.readouterr().err


def test_folders_of_code_leave_the_temporary_folder_out(monkeypatch):
    monkeypatch.setattr(watching.tempfile, "gettempdir", lambda: "/usr/tmp")
    assert "/usr" not in watching.code_folders() and "/proc" in watching.code_folders()
