"""The command line that exports a network."""

import sys
from pathlib import Path

import pytest
from onnx_networks import write_run, write_tested
from scripts import runner

from stillhouse.engine.can.onnx_network import OnnxNetwork
from stillhouse.engine.command import REFUSED

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "export.py"


@pytest.fixture
def call(monkeypatch):
    return runner(str(SCRIPT), monkeypatch)


def test_it_writes_the_file_and_says_how_far_the_answers_lie_apart(call, tmp_path: Path, capsys):
    run = write_run(tmp_path / "run")
    write_tested(run)
    assert call(run, "--onnx", "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "100 random graphs" in said and "probability" in said and "thresholds: score 1.25" in said
    assert f"{tmp_path / 'out' / 'network.onnx'} holds the network" in said.replace("\n", "")
    assert OnnxNetwork(tmp_path / "out" / "network.onnx").outputs[0] == "logits"


def test_a_run_that_was_not_tested_is_told_how_to_get_thresholds(call, tmp_path: Path, capsys):
    assert call(write_run(tmp_path / "run"), "--onnx") == 0
    assert "thresholds: none; run tools/test.py first" in capsys.readouterr().out


def test_refusals(call, tmp_path: Path, capsys, monkeypatch):
    assert call(tmp_path, "--onnx") == REFUSED and "holds no checkpoint; train it first" in capsys.readouterr().err
    text = dict(type="MiniGPT", vocabulary=8, context=4, width=8, num_layers=1, num_heads=2)
    assert call(write_run(tmp_path / "text", text), "--onnx") == REFUSED
    assert (
        "MiniGPT cannot be exported: it reads 'tokens', 'next_tokens'; exported are networks" in capsys.readouterr().err
    )
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert call(write_run(tmp_path / "run"), "--onnx") == REFUSED
    assert "pip install 'stillhouse[onnx]'" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.onnx"))


def test_the_format_must_be_named(call, tmp_path: Path, capsys):
    assert call(tmp_path) == REFUSED and "--onnx" in capsys.readouterr().err
