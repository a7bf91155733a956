"""The search beside its baselines, at one number of renderings."""

import json
from pathlib import Path

import pytest
from scene_toys import write_scenes
from search_toys import FORWARD, write_network

from stillhouse.datasets.scene import SceneRenders
from stillhouse.engine.search.comparison import Trial, compare
from stillhouse.engine.search.errors import SearchError
from stillhouse.engine.search.grading import load_proxy
from stillhouse.engine.search.methods import SEARCH, budgets, methods
from stillhouse.engine.search.objective import GRADIENT_COST
from stillhouse.engine.search.search import Means
from stillhouse.engine.search.starts import load_inverse
from stillhouse.engine.search.summary import summarize, table
from stillhouse.models.scene.renderer import SceneRenderer

BUDGET = 60


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("data"), 40, 16)


def trial(data: Path, means: Means, **more) -> Trial:
    held_out, training = (SceneRenders(str(data), split, 16) for split in ("test", "train"))
    chosen = dict(
        held_out=held_out, training=training, means=means, renderer=SceneRenderer(16), targets=2, budget=BUDGET, seed=0
    )
    return Trial(**{**chosen, "facts": {"x": 1}, **more})


@pytest.mark.parametrize("gradient", ["renderer", "proxy", "none"])
def test_budgets_add_up(gradient: str):
    found = budgets(1000, gradient)
    cost = {"renderer": GRADIENT_COST * found["steps"], "proxy": 4, "none": 0}[gradient]
    assert 1 + found["screening"] + cost + found["evaluations"] == 1000


def test_no_method_renders_more_than_its_budget(data: Path, tmp_path: Path):
    means = Means(
        trained=load_inverse(str(write_network(tmp_path / "i"))),
        proxy=load_proxy(str(write_network(tmp_path / "f", FORWARD))),
    )
    of = trial(data, means, targets=1)
    compare(of, tmp_path / "out")
    row = json.loads((tmp_path / "out" / "rows" / "0000.json").read_text())
    assert list(row) == list(methods(means, True)) and len(row) == 8
    assert all(one["evaluations"] <= BUDGET for one in row.values())
    assert row["black"]["evaluations"] == row["nearest training image"]["evaluations"] == 0
    assert row["inverse only"]["evaluations"] == 1
    others = [one["evaluations"] for name, one in row.items() if "search" in name or "evolution" in name]
    assert min(others) > BUDGET - 25, "but for a last generation that would not be whole"
    for name in ("inverse, evolution", SEARCH, "search, the proxy's gradient"):
        assert row[name]["loss"] <= row["inverse only"]["loss"] + 1e-6


def test_a_comparison_goes_on_where_it_was_and_is_kept_to_its_arguments(data: Path, tmp_path: Path):
    of = trial(data, Means())
    first = compare(of, tmp_path)
    known = tmp_path / "rows" / "0001.json"
    row = json.loads(known.read_text())
    row.pop(SEARCH)
    row["black"]["loss"] = 123.0
    known.write_text(json.dumps(row))
    again = compare(of, tmp_path)
    losses = {line.name: line.mean for line in again.lines}
    assert losses["black"] > 50, "what is there is not made again"
    assert losses[SEARCH] == {line.name: line.mean for line in first.lines}[SEARCH], "what is not there is"
    assert (tmp_path / "methods.png").is_file() and "| screening only |" in (tmp_path / "table.md").read_text()
    with pytest.raises(SearchError, match="go on with the same arguments"):
        compare(trial(data, Means(), budget=99), tmp_path)


def test_known_scenes_are_tried_where_they_are_given(data: Path, tmp_path: Path):
    of = trial(data, Means(), targets=1)
    compare(Trial(**{**vars(of), "means": Means(bank=of.training)}), tmp_path)
    row = json.loads((tmp_path / "rows" / "0000.json").read_text())
    assert "search without known scenes" in row


def rows() -> list[dict]:
    def one(**losses):
        return {name: {"loss": loss, "evaluations": 5, "seconds": 1.0} for name, loss in losses.items()}

    return [one(black=0.4, net=0.3, search=0.1), one(black=0.4, net=0.1, search=0.2)]


def test_the_summary_counts_and_judges():
    found = summarize(rows(), "search", ["black", "net"], "net")
    assert found.beats_all == 0.5 and found.cut == pytest.approx(1 - 0.15 / 0.2)
    lines = {line.name: line for line in found.lines}
    assert lines["black"].beaten == 1 and lines["net"].beaten == 0.5 and lines["net"].mean == pytest.approx(0.2)
    assert list(found.verdicts.values()) == [False, False]
    assert summarize(rows(), "search", ["black"], "absent").verdicts == {
        "nearer than every baseline on at least 90% of the targets": True
    }
    text = table(found)
    assert "| net | 0.2000 | 0.2000 | 5 | 1.0 | 50% | 25% |" in text and text.count(": no") == 2
    assert "| search | 0.1500 | 0.1500 | 5 | 1.0 |  |  |" in text
