"""All stages after one another: order, budgets, interruption."""

import json
from pathlib import Path

import pytest
import torch
from search_toys import FORWARD, write_network

from stillhouse.datasets.scene import decode, validate
from stillhouse.datasets.scene.schema import default_scene
from stillhouse.engine.search import search as module
from stillhouse.engine.search.errors import SearchError
from stillhouse.engine.search.grading import load_proxy
from stillhouse.engine.search.objective import GRADIENT_COST, Objective
from stillhouse.engine.search.search import Means, search
from stillhouse.engine.search.settings import Settings
from stillhouse.engine.search.starts import load_inverse
from stillhouse.engine.search.state import State
from stillhouse.models.scene.renderer import SceneRenderer

SMALL = Settings(size=16, screening=12, steps=12, members=2, evaluations=40)


def target() -> torch.Tensor:
    scene = {**default_scene(), "repetitions": 6, "xStep": 0.7, "scaleFactor": 0.9, "geometry": "bar", "geoWidth": 0.09}
    return SceneRenderer(16).render([scene])[0]


class Interrupted(Exception):
    """Stands for a kill."""


class Fragile(State):
    """A state after whose n-th writing the process ends."""

    def __init__(self, path: Path, after: int, **more) -> None:
        super().__init__(path, {"a": 1}, **more)
        self.after = after

    def _write(self, seconds: float) -> None:
        super()._write(seconds)
        self.after -= 1
        if not self.after:
            raise Interrupted


def plain(found) -> list[dict]:
    return [one.plain() for one in found]


def test_no_stage_is_worse_than_the_one_before_and_all_is_counted():
    objective = Objective(target(), SceneRenderer(16))
    told = []
    found = search(target(), Means(), SMALL, tell=told.append, objective=objective)
    assert [one.stage for one in found] == ["start", "screening", "gradient", "evolution"] and plain(told) == plain(
        found
    )
    losses = [one.loss for one in found]
    assert losses == sorted(losses, reverse=True) and losses[-1] < losses[0]
    assert objective.spent == sum(one.spent for one in found) == 1 + 12 + GRADIENT_COST * 12 + found[-1].spent
    for one in found:
        assert validate(one.scene) == (one.scene, [])
        assert float(objective(one.vector[None])[0]) == pytest.approx(one.loss, abs=1e-6)


def test_stages_that_are_not_asked_for_are_left_out():
    found = search(target(), Means(), SMALL.changed(dict(gradient="none", evaluations=0)))
    assert [one.stage for one in found] == ["start", "screening"]
    assert [one.stage for one in search(target(), Means(), SMALL.changed(dict(steps=0, evaluations=0)))] == [
        "start",
        "screening",
    ]


def test_a_search_killed_after_any_writing_goes_on_to_the_same_bits(tmp_path: Path):
    whole = plain(search(target(), Means(), SMALL))
    kills = 0
    while True:
        state = Fragile(tmp_path / "state.json", after=2, resume=kills > 0)
        try:
            found = search(target(), Means(), SMALL, state)
            break
        except Interrupted:
            kills += 1
            json.loads((tmp_path / "state.json").read_text())
    assert plain(found) == whole and kills >= 4
    again = State(tmp_path / "state.json", {"a": 1}, resume=True)
    assert plain(search(target(), Means(), SMALL, again)) == whole


def test_what_was_spent_before_an_interruption_counts(tmp_path: Path, monkeypatch):
    state = State(tmp_path / "state.json", {})
    state.keep("screening", [], 100.0)
    assert State(tmp_path / "state.json", {}, resume=True).seconds == 100.0
    objective = Objective(target(), SceneRenderer(16))
    late = State(tmp_path / "state.json", {}, resume=True)
    found = search(target(), Means(), SMALL.changed(dict(seconds=50.0)), late, objective=objective)
    assert [one.spent for one in found] == [1, 1, 0, 3], "the time was over: the first scene is the answer"


def test_a_network_a_proxy_and_another_renderer(tmp_path: Path):
    trained = load_inverse(str(write_network(tmp_path / "i")))
    proxy = load_proxy(str(write_network(tmp_path / "f", FORWARD)))

    class Elsewhere:
        asked = 0

        def render(self, scenes):
            self.asked += len(scenes)
            return SceneRenderer(16).render(scenes)

    elsewhere = Elsewhere()
    found = search(target(), Means(elsewhere, trained, proxy), SMALL.changed(dict(gradient="proxy")))
    assert len(found) == 4 and found[2].spent == 1 and elsewhere.asked == sum(one.spent for one in found)
    assert decode(found[0].vector[None])[0] == found[0].scene


def test_a_proxy_s_gradient_without_a_proxy_and_other_sizes_are_refused():
    with pytest.raises(SearchError, match="gradient: got 'proxy' without a trained proxy"):
        search(target(), Means(), SMALL.changed(dict(gradient="proxy")))
    with pytest.raises(SearchError, match=r"target: got shape \(3, 8, 8\), expected \(3, 16, 16\)"):
        search(torch.zeros(3, 8, 8), Means(), SMALL)
    assert module.STAGES[0] == "start"


def test_a_state_of_another_search_or_a_damaged_one_is_refused(tmp_path: Path):
    path = tmp_path / "state.json"
    State(path, {"seed": 1}).finish("start", {}, 1.0)
    with pytest.raises(SearchError, match="is of a search with seed=1, expected seed=2; repeat the first command"):
        State(path, {"seed": 2}, resume=True)
    assert State(path, {"seed": 2}).done("start") is None, "without --resume it begins anew"
    path.write_text('{"request": {}')
    with pytest.raises(SearchError, match="is not JSON"):
        State(path, {"seed": 1}, resume=True)
    assert State(tmp_path / "absent.json", {}, resume=True).done("start") is None


@pytest.mark.parametrize("seconds", ["1" + "0" * 400, "-1", "NaN", "Infinity"])
def test_a_state_whose_time_is_none(tmp_path: Path, seconds: str):
    path = tmp_path / "state.json"
    State(path, {}).finish("start", {}, 1.0)
    path.write_text(path.read_text().replace('"seconds": 1.0', f'"seconds": {seconds}'))
    with pytest.raises(
        SearchError, match=r"state\.json: is no state of a search: its seconds are no time\. Begin anew"
    ):
        State(path, {}, resume=True)
