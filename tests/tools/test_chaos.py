"""The command line of faults."""

import json
from pathlib import Path

import pytest
import scripts

from stillhouse.engine.chaos.recipes import CAMPAIGNS

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
        "clear refusal": 0, "unclear": 0, "lost": 0, "missed": 0,
    }  # fmt: skip
    assert {fault["fault"] for fault in content["faults"]} == {"SIGKILL"}, "it has no companion"
    assert "[2/2] SIGKILL after " in printed.err and (tmp_path / "chaos" / "whole").is_dir()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_series_goes_over_all_domains_and_writes_its_tables(chaos, tmp_path: Path, capsys):
    kinds = ("--kinds", "SIGKILL", "corrupt companion", "damaged cache")
    assert chaos("--all", "--faults", 3, *kinds, "--out", tmp_path) == 0
    table = (tmp_path / "faults.md").read_text().splitlines()
    assert len(table) == 3 + len(CAMPAIGNS) + 1 + 6, "a row a campaign, a kind and their sums; a line between"
    assert table[2 + len(CAMPAIGNS)].startswith(f"| all | {3 * len(CAMPAIGNS)} |")
    capsys.readouterr()
    assert chaos("--all", "--faults", 3, *kinds, "--out", tmp_path) == 0
    assert "/3] " not in capsys.readouterr().err, "what was done is not done again"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--kinds", "flood"), "no such fault"),
        (("--faults", 0), "--faults: got 0, expected at least 1"),
        (("--all",), "config and --all: expected one of them"),
    ],
)
def test_refusals(chaos, config, arguments: tuple, message: str, capsys):
    assert chaos(config(), *arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "config and --all: expected one of them"),
        (("--all", "painting"), "--all 'painting': no such campaign; there are text, can-classifier,"),
        (("--all", "text", "--cfg-options", "a=1"), "--all: its runs have their own options and companions"),
    ],
)
def test_refusals_of_a_series(chaos, arguments: tuple, message: str, capsys):
    assert chaos(*arguments) == 2
    assert message in capsys.readouterr().err
