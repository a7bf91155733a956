"""The command line that scores."""

from pathlib import Path

import pytest
import scene_toys
from scripts import runner

from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.engine.scene.curation import pictures, qwen
from stillhouse.engine.scene.curation.errors import CurationError

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "score_refs.py")


@pytest.fixture
def score(monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    RefFile("references/refs.jsonl").add(scene_toys.scenes(8))
    real = pictures.Pictures
    monkeypatch.setattr(pictures, "Pictures", lambda config: real({**config, "type": "ToyRenderer"}, Path("cache")))
    return runner(SCRIPT, monkeypatch)


def test_heuristic_scores_are_written_and_kept(score, capsys):
    assert score("--scorer", "heuristic") == 0
    assert "8 scores" in capsys.readouterr().out
    scores = [ref.score for ref in read_refs("references/refs-scored.jsonl", "raise", scored=True)]
    assert len(scores) == 8 and scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert score("--scorer", "heuristic") == 0 and "is up to date" in capsys.readouterr().out
    assert score("--scorer", "heuristic", "--fresh") == 0 and "8 scores" in capsys.readouterr().out
    assert score("--scorer", "heuristic", "--absolute") == 0 and "each scored alone" in capsys.readouterr().out


def test_degenerate_scores_are_warned_of(score, capsys, monkeypatch):
    monkeypatch.setattr(
        "stillhouse.engine.scene.curation.heuristic.Heuristic.rate", lambda self, images: [0.8] * len(images)
    )
    assert score("--scorer", "heuristic", "--absolute") == 0
    assert "warning: the scores hardly tell the scenes apart: 100% of them are the same" in capsys.readouterr().err


def test_absent_weights_and_choices_are_refused_before_anything_is_drawn(score, capsys, monkeypatch):
    def absent(name):
        raise CurationError(f"{name}: nowhere")

    monkeypatch.setattr(qwen, "load_qwen", absent)
    assert score() == 2 and "Qwen/Qwen2-VL-2B-Instruct: nowhere" in capsys.readouterr().err
    assert score("--scorer", "human") == 2 and "holds no choice between these scenes" in capsys.readouterr().err
    assert not Path("cache").exists() and not Path("references/refs-scored.jsonl").exists()


def test_arguments_that_do_not_fit(score, capsys):
    assert score("--scorer", "human", "--absolute") == 2 and score("--rounds", "0") == 2
    err = capsys.readouterr().err
    assert "people chose between pairs" in err and "--rounds: got 0, expected at least 1" in err
