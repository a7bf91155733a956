"""The command line that writes sentences."""

from collections.abc import Callable
from pathlib import Path

import pytest
from scripts import runner

from stillhouse.datasets.latent import draw_graphs
from stillhouse.datasets.latent.sentence_file import read_sentences

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "generate_sentences.py")


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


@pytest.mark.parametrize("complexity", [1, 3])
def test_the_file_holds_what_was_asked_for_and_the_seed_decides_its_bytes(
    call, tmp_path: Path, capsys, complexity: int
):
    paths = [tmp_path / f"{name}.jsonl" for name in "abc"]
    for path, seed in zip(paths, (5, 5, 6)):
        assert call("--num", 40, "--complexity", complexity, "--seed", seed, "--output", path) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes() != paths[2].read_bytes()
    found = read_sentences(paths[0])
    assert found.graphs == list(draw_graphs(40, complexity, seed=5)) and found.complexity == complexity
    out = capsys.readouterr().out
    assert f"Wrote 40 distinct sentences of complexity {complexity} to {paths[0]}. Next: python tools/train.py " in out
    assert f"configs/phase1_quick_test.py --cfg-options sentences={paths[0]}" in out
    assert sorted(tmp_path.iterdir()) == paths


def test_more_than_there_are_is_refused_and_nothing_is_written(call, tmp_path: Path, capsys):
    assert call("--num", 132_661, "--output", tmp_path / "new" / "a.jsonl") == 2
    err = capsys.readouterr().err
    assert err.startswith("error: num: got 132,661, expected 1 to 132,660. Level 1 has 132,660 distinct sentences.")
    assert "Traceback" not in err and not list(tmp_path.iterdir())


def test_other_refusals(call, tmp_path: Path, capsys):
    assert call("--num", 5, "--output", tmp_path / "a.txt") == 2
    assert "got the ending '.txt', expected .jsonl" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert call("--num", 5, "--output", tmp_path / "file" / "a.jsonl") == 2
    assert "no place to write" in capsys.readouterr().err
    assert call("--num", 5, "--complexity", 4, "--output", tmp_path / "a.jsonl") == 2
    assert "invalid choice: 4" in capsys.readouterr().err
