"""One command: a table and a page of every run below some roots, with the rules beside them."""

import json
import sys
from pathlib import Path

import pytest
from can_experiments import ROOT

from stillhouse.engine.errors import RunFolderError


@pytest.fixture
def report(monkeypatch):
    """The tool's function; its pictures hold one recording a split."""
    monkeypatch.setattr("stillhouse.engine.evaluation.can.timeline_picture.MOST_SOURCES", 1)
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import report_can

    yield report_can.report
    sys.modules.pop("report_can")


def test_table_page_and_rules(scorer: Path, tmp_path: Path, report, capsys):
    written = report([scorer.parent], tmp_path / "report", "Small")
    models = {row["name"]: row for row in json.loads(written["json"].read_text())["models"]}
    assert list(models) == [
        "vgae student autoencoder",
        "rule: unseen ID",
        "rule: count per ID",
        "rule: fast",
        "rule: freeze",
    ]
    results = models["rule: count per ID"]["metrics"]
    assert 0 <= results["detection/fpr_low"]["mean"] <= results["detection/fpr"]["mean"]
    assert any(name.endswith("/recall_masquerade") for name in results)
    page, table = written["page"].read_text(), written["markdown"].read_text()
    assert all(name in page and name in table for name in models) and "episode_recall" in table
    assert len(list((tmp_path / "report" / "report_pictures").glob("*.png"))) == 7
    assert "Small" in capsys.readouterr().out


def test_no_run_below_the_roots(tmp_path: Path, report):
    with pytest.raises(RunFolderError, match="no run with a checkpoint; train one first"):
        report([tmp_path], tmp_path / "report", "None")
