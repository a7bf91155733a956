"""The command line of faults."""

import json
from pathlib import Path

import pytest
import scripts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def chaos(monkeypatch):
    return scripts.runner(str(ROOT / "tools" / "chaos.py"), monkeypatch)


def test_a_campaign_prints_its_table_as_json(chaos, config, tmp_path: Path, capsys):
    path = config(train_cfg=dict(type="TrainLoop", max_epochs=4))
    arguments = ("--faults", 2, "--kinds", "SIGKILL", "companion removed", "--out", tmp_path / "chaos", "--json")
    assert chaos(path, *arguments) == 0
    printed = capsys.readouterr()
    content = json.loads(printed.out)
    assert content["table"][-1] == {
        "fault": "all", "tried": 2, "ended the run": content["table"][0]["ended the run"], "same bits": 2,
        "clear refusal": 0, "unclear": 0, "lost": 0,
    }  # fmt: skip
    assert {fault["fault"] for fault in content["faults"]} == {"SIGKILL"}, "it has no companion"
    assert "[2/2] SIGKILL after " in printed.err and (tmp_path / "chaos" / "whole").is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("--kinds", "flood"), "no such fault"), (("--faults", 0), "--faults: got 0, expected at least 1")],
)
def test_refusals(chaos, config, arguments: tuple, message: str, capsys):
    assert chaos(config(), *arguments) == 2
    assert message in capsys.readouterr().err
