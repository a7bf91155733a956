"""The command line that compares sentences as latents."""

import runpy
import sys
from pathlib import Path

import experiments
import latent_runs
import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "compare_latents.py"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """The folder of a finished run."""
    config = experiments.write_config(tmp_path_factory.mktemp("latent"), "phase1", **latent_runs.changes())
    experiments.train(config)
    return latent_runs.run_of(config)


@pytest.fixture
def call(monkeypatch, capsys):
    """Runs the tool as a script would, but in this process; returns status, output and errors."""

    def run_tool(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(TOOL), run_name="__main__")
        return int(ended.value.code or 0), *capsys.readouterr()

    return run_tool


def test_neighbours_share_a_word_and_are_not_the_sentence_itself(call, run):
    status, out, _ = call(run, "--sentence", "a red block.", "--nearest", 3)
    found = [line for line in out.splitlines() if "0." in line and "a " in line]
    assert status == 0 and found
    assert all(("red" in line) != ("block" in line) for line in found)


def test_without_arguments_some_held_out_sentences_are_taken(call, run):
    status, out, _ = call(run)
    assert status == 0 and all(sentence in out for sentence in latent_runs.SENTENCES[::2][:3])


def test_the_strip_is_drawn_beside_the_run(call, run, tmp_path):
    status, out, _ = call(run, "--between", "a red block.", "a blue cone.", "--steps", 4)
    assert status == 0 and str(run / "interpolation.png") in out
    assert (run / "interpolation.png").read_bytes()[:4] == b"\x89PNG"
    assert call(run, "--between", "a red block.", "a red block.", "--out", tmp_path / "x.png")[0] == 0
    assert (tmp_path / "x.png").is_file()


def test_markup_is_printed_as_it_stands(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(TOOL)])
    show = runpy.run_path(str(TOOL))["show"]
    show(["a [/] block :red_circle:"], [[("a [bold]cube[/b]", 0.5)]])
    out = capsys.readouterr().out
    assert "a [/] block :red_circle:" in out and "a [bold]cube[/b]" in out


def test_a_strip_that_cannot_be_written_is_a_refusal(call, run, tmp_path):
    (tmp_path / "file").touch()
    status, _, errors = call(run, "--between", "a red block.", "a blue cone.", "--out", tmp_path / "file" / "x.png")
    assert (
        status == 2
        and f"error: {tmp_path / 'file'}: cannot be read or written (File exists)" in errors
        and "Traceback" not in errors
    )


def test_an_empty_folder_is_one_message(call, tmp_path):
    status, _, errors = call(tmp_path)
    assert status == 2 and "holds no checkpoint" in errors and "Traceback" not in errors


@pytest.mark.parametrize("arguments", [("--nearest", "0"), ("--steps", "1")])
def test_numbers_out_of_range_are_refused(call, run, arguments):
    status, _, errors = call(run, *arguments)
    assert status == 2 and "expected at least 1 and 2" in errors
