"""The command line of the preference page."""

import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from preference_pages import SCRIPT, write_generator, write_pictures


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""

    def run(*arguments) -> int:
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(SCRIPT), run_name="__main__")
        return int(ended.value.code or 0)

    return run


def test_refusals(call, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    good, damaged = write_generator(tmp_path / "good.pth"), tmp_path / "damaged.pth"
    damaged.write_bytes(good.read_bytes()[:-100])
    cases = [
        ((), "--checkpoint --pictures --scenes is required"),
        (("--checkpoint", "nowhere.pth"), "nowhere.pth: holds no checkpoint"),
        (("--checkpoint", damaged), "damaged"),
        (("--checkpoint", good, "--against", "nowhere.pth"), "nowhere.pth: holds no checkpoint"),
        (("--checkpoint", good, "--class", "dog"), "--class: got 'dog'"),
        (("--checkpoint", good, "--grid", 9), "grid: got 9, expected 4 to 8"),
        (("--checkpoint", good, "--auth", "secret"), "--auth: expected NAME:PASSWORD"),
        (("--checkpoint", good, "--port", -1), "cannot listen there"),
        (("--checkpoint", good, "--pictures", tmp_path), "not allowed with argument"),
        (("--pictures", tmp_path, "--against", good), "--against needs --checkpoint"),
        (("--pictures", tmp_path / "nowhere"), "nowhere: cannot be read"),
    ]
    for arguments, message in cases:
        assert call(*arguments) == 2
        err = capsys.readouterr().err
        assert message in err and "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.pth", "good.pth"]


def test_a_wider_address_is_warned_of(call, tmp_path: Path, capsys):
    pictures = write_pictures(tmp_path)
    for more, advice in ((), "give --auth"), (("--auth", "lab:secret"), "HTTPS"):
        assert call("--pictures", pictures, "--host", "0.0.0.0", "--port", -1, *more) == 2
        err = capsys.readouterr().err
        assert "warning: --host 0.0.0.0 can be reached from other machines" in err and advice in err
    assert call("--pictures", pictures, "--port", -1) == 2
    assert "warning" not in capsys.readouterr().err
