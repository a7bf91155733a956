"""The page of combinations, as it is made and as it stands in the documents."""

import re
from pathlib import Path

import pytest

from stillhouse.engine.errors import ConfigError
from stillhouse.tools.combining.architecture import trained_configs
from stillhouse.tools.combining.cases import DISTILLATIONS, SETTINGS, every_case
from stillhouse.tools.combining.crossing import Outcome
from stillhouse.tools.combining.page import counted, page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "combinations.md"


@pytest.fixture
def outcomes() -> dict[str, Outcome]:
    """All ok but for some."""
    found = {case.name: Outcome("ok") for case in every_case()}
    found["FusionAgent, KD, plain"] = Outcome("refused", ["custom_hooks.3: it cannot\nbe"])
    found["FusionAgent, KD, DDP"] = Outcome("refused", ["custom_hooks.2: alone", "custom_hooks.4: it cannot be"])
    found["GAT, no KD, compile"] = Outcome("skipped")
    found["GAT, no KD, AMP"] = Outcome("FAILED", ["no weight has moved"])
    return found


def rows(text: str) -> dict[tuple[str, str], list[str]]:
    """(network, distillation) -> cells of the table in a page."""
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {(line[0].strip("`"), line[1]): line[2:] for line in table if line[1] in DISTILLATIONS}


def test_cells_and_reasons(outcomes):
    text = page(outcomes)
    table = rows(text)
    settings = list(SETTINGS)
    assert table["FusionAgent", "KD"][settings.index("plain")] == "no (1)"
    assert table["FusionAgent", "KD"][settings.index("DDP")] == "no (2, 1)"
    assert table["GAT", "no KD"][settings.index("compile")] == "–"
    assert table["GAT", "no KD"][settings.index("AMP")] == "**FAILED** (3)"
    assert re.findall(r"^\d\. .*$", text, re.MULTILINE) == ["1. it cannot be", "2. alone", "3. no weight has moved"]
    assert counted(outcomes) == {"ok": len(outcomes) - 4, "refused": 2, "skipped": 1, "FAILED": 1}
    assert f"Cells: {len(outcomes) - 4} ok, 2 refused, 1 skipped, 1 FAILED." in text


def test_every_config_that_trains_stands_behind_a_row(outcomes):
    text = page(outcomes)
    assert all(f"`{stem}`" in text for stem in trained_configs())


def test_a_case_without_an_outcome_is_named(outcomes):
    del outcomes["GAT, KD, EMA"]
    with pytest.raises(ConfigError, match=r"GAT, KD, EMA: not tried yet; run tools/combine\.py without --only"):
        page(outcomes)


def test_the_page_in_the_documents_covers_every_config_and_nothing_failed():
    text = PAGE.read_text()
    found = rows(text)
    wanted = {(network, kind) for network in trained_configs().values() for kind in DISTILLATIONS}
    assert set(found) == wanted, f"make {PAGE.name} again, by the command at its top"
    assert all(len(cells) == len(SETTINGS) for cells in found.values()) and "**FAILED**" not in text
    assert all(f"`{stem}`" in text for stem in trained_configs())
