"""The command line of the gallery."""

from pathlib import Path

import experiments
import pytest
import scripts

from stillhouse.tools.exhibition import steps

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "gallery.py"


@pytest.fixture
def gallery(monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    return scripts.runner(str(SCRIPT), monkeypatch)


def test_a_page_of_what_is_there_and_the_commands_of_what_is_not(gallery, tmp_path: Path, capsys):
    config = experiments.write_config(tmp_path, "minigpt")
    experiments.train(config, tmp_path / "runs" / "minigpt")
    assert gallery("--runs", tmp_path / "runs", "--only", "minigpt", "can", "--out", "page.html") == 0
    shown = capsys.readouterr()
    assert "page.html: 1 of 2 exhibits" in shown.out and "not shown: A detector of attacks: no run of" in shown.out
    assert "  python tools/demo.py" in shown.out and "minigpt: A small GPT" in shown.err
    page = Path("page.html").read_text()
    assert 'class="token"' in page and "configs/minigpt.py" in page and "nats a token, held out" in page


def test_nothing_at_all_is_a_page_too(gallery, capsys):
    assert gallery() == 0
    assert "reports/gallery.html: 0 of 10 exhibits" in capsys.readouterr().out


def test_training_comes_first_and_a_failure_is_the_status(gallery, monkeypatch, capsys):
    monkeypatch.setattr(steps, "run_steps", lambda wanted: list(wanted))
    assert gallery("--train", "--only", "minigpt") == 1
    assert "failed: python tools/train.py configs/minigpt.py --with-companions --resume" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "fish"), "--only: got 'fish', expected some of can, sketch, scene, latent, minigpt"),
        (("--runs", "nowhere"), "--runs: nowhere: no such folder, expected one with runs in it or below it"),
    ],
)
def test_refusals(gallery, arguments: tuple, message: str, capsys):
    assert gallery(*arguments) == 2
    assert message in capsys.readouterr().err
    assert not Path("reports").exists()
