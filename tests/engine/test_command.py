"""How a command line ends."""

import sys

import pytest

from stillhouse.engine.command import INTERRUPTED, REFUSED, run
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


def test_mistakes_elsewhere_keep_their_traceback():
    with pytest.raises(ValueError, match="a mistake"):
        run(raising(ValueError("a mistake")))


def test_interruption(capsys):
    assert run(raising(KeyboardInterrupt())) == INTERRUPTED == 130
    assert "go on with --resume" in capsys.readouterr().err


def test_success():
    assert run(lambda: None) == 0


def test_a_verdict_is_the_status():
    assert run(lambda: 1) == 1 and run(lambda: 0) == 0
    assert run(lambda: "words") == 0
