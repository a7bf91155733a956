"""The page of a cycle."""

import re
from pathlib import Path

import cycle_toys
import numpy as np
import pytest
from cycle_toys import NAMES, Tools

from stillhouse.engine.scene.curation.pictures import decoded, encoded
from stillhouse.engine.scene.cycle.cycle import Cycle
from stillhouse.engine.scene.cycle.page import TITLES
from stillhouse.engine.scene.cycle.pictures import pictures_of, thumbnail
from stillhouse.engine.scene.cycle.report import write_page
from stillhouse.engine.scene.cycle.rounds import rounds
from stillhouse.engine.scene.cycle.summary import figures_of


@pytest.fixture
def cycle(tmp_path: Path, monkeypatch) -> Cycle:
    monkeypatch.chdir(tmp_path)  # pictures of scenes are kept below the current folder
    plan = cycle_toys.plan(tmp_path, coverage="random")
    return Cycle(plan, Tools(tmp_path / "log"), lambda words: None, lambda: write_page(plan))


def test_every_round_is_shown_with_figures_and_pictures_and_needs_no_other_file(cycle: Cycle):
    assert write_page(cycle.plan) is None, "no round has begun"
    cycle.go(2, keep=2)
    page = (cycle.plan.folder / "index.html").read_text()
    assert page.count("<h2>Round") == 2 and all(page.count(f"<h3>{title}</h3>") == 2 for title in TITLES.values())
    sources = re.findall(r'<img src="([^"]{22})', page)
    # Coverage and proxy are those of round 1; each round has scores, quality, curves, explored and kept scenes of its own.
    assert sources == ["data:image/png;base64,"] * (2 + 2 * 5)
    assert page.count("done in round 1,") == 2 and "http" not in page
    assert "3 -&gt; 5" in page and "5 -&gt; 7" in page and "0.2500" in page and "1.50" in page
    assert "2 scenes added, 0 removed (the first 2 of the exploration), 7 references now" in page


def test_a_round_that_goes_on_is_shown_as_far_as_it_is(cycle: Cycle):
    cycle.run = Tools(cycle.run.log, statuses={"explore": 2})
    with pytest.raises(Exception, match="explore ended with 2"):
        cycle.go()
    page = (cycle.plan.folder / "index.html").read_text()
    assert f"<h3>{TITLES['inverse']}</h3>" in page and f"<h3>{TITLES['explore']}</h3>" not in page
    assert "The round goes on." in page


def test_pictures_are_drawn_once(cycle: Cycle):
    cycle.go(1, keep=0)
    for name, key in rounds(cycle.plan.folder)[0].stages.items():
        folder = cycle.plan.folder / f"{name}-{key}"
        found = pictures_of(name, folder)
        assert found and all(decoded(content).std() > 0 for content in found.values())
        files = {path: path.stat().st_mtime_ns for path in (folder / "pictures").iterdir()}
        assert pictures_of(name, folder) == found
        assert {path: path.stat().st_mtime_ns for path in (folder / "pictures").iterdir()} == files


def test_figures_of_each_stage(cycle: Cycle):
    cycle.go(1, keep=0)
    stages = rounds(cycle.plan.folder)[0].stages
    found = {name: figures_of(name, cycle.plan.folder / f"{name}-{stages[name]}") for name in NAMES}
    assert (
        found["coverage"] == {"scenes": "5 of 16 px", "drawn": "random"} and found["quality"]["scenes"] == "4 of 16 px"
    )
    assert found["forward"] == {"L1": "0.2500", "foreground error": "0.1250", "iterations": "3"}
    assert found["inverse"]["geometry right"] == "0.5000" and found["scores"]["mean"] == "0.611"
    assert found["scores"]["warning"] == "the scores hardly tell the scenes apart: 3 scores say little of a spread"
    assert found["explore"]["ratio to random choice"] == "1.50" and found["explore"]["novelty"] == "1.000 to 0.700"


def test_a_stage_that_has_not_ended_has_nothing_to_show(tmp_path: Path):
    assert pictures_of("forward", tmp_path) == {} and figures_of("forward", tmp_path) == {}


def test_large_pictures_are_reduced():
    assert decoded(thumbnail(encoded(np.zeros((40, 1800, 3), np.uint8)))).shape == (20, 900, 3)
    small = encoded(np.zeros((4, 8, 3), np.uint8))
    assert thumbnail(small) == small
