"""Campaigns on small runs of shipped configs."""

from pathlib import Path

import pytest

from stillhouse.engine.chaos.data import MAKERS
from stillhouse.engine.chaos.faults import faults_named
from stillhouse.engine.chaos.recipes import CAMPAIGNS, COMPANIONS
from stillhouse.engine.chaos.series import campaigns_named, options_of, run_series
from stillhouse.engine.companions import training_order
from stillhouse.engine.config import PACKAGE_ROOT, load_config
from stillhouse.engine.errors import StillhouseError


@pytest.fixture
def without_data(monkeypatch):
    for name in MAKERS:
        monkeypatch.setitem(MAKERS, name, lambda folder, name=name: folder / name)


def test_every_domain_has_a_campaign():
    assert {recipe.domain for recipe in CAMPAIGNS.values()} == {"text", "can", "sketch", "scene", "latent"}
    assert campaigns_named([]) == list(CAMPAIGNS) and campaigns_named(["latent"]) == ["latent"]
    with pytest.raises(StillhouseError, match="--all 'painting': no such campaign; there are text, can-classifier"):
        campaigns_named(["painting"])


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_options_fit_their_config_and_its_companions_are_small(name: str, tmp_path: Path, without_data):
    recipe = CAMPAIGNS[name]
    own = load_config(PACKAGE_ROOT / "configs" / f"{recipe.config}.py", options_of(recipe, tmp_path))
    below = [companion.experiment for companion in training_order(own)]
    assert all(one.path.parent == tmp_path / "configs" for one in below)
    assert len(below) == len(set(recipe.companions.values()))
    for one in (own, *below):
        assert one.cfg.train_cfg.max_iters <= 120 and one.work_dir.is_relative_to(tmp_path / "trained")
    if recipe.data():
        assert own.cfg.data_root == str(tmp_path / "data" / own.cfg.data_root.rpartition("/")[2])


def test_companions_are_known():
    recipes = [*CAMPAIGNS.values(), *COMPANIONS.values()]
    assert {name for recipe in recipes for name in recipe.companions.values()} <= {*COMPANIONS, *CAMPAIGNS}
    assert {name for recipe in recipes for name in recipe.data()} == set(MAKERS)


@pytest.mark.slow
def test_a_series_that_was_stopped_goes_on(tmp_path: Path):
    faults, said = faults_named(["SIGKILL"]), []
    (first,) = run_series(["text"], faults, 1, 0, tmp_path, said.append)["text"]
    again = run_series(["text"], faults, 2, 0, tmp_path, said.append)["text"]
    assert again[0] == first and len(again) == 2 and {one.verdict for one in again} == {"same bits"}
    assert [line[:5] for line in said if line.startswith("[")] == ["[1/1]", "[2/2]"]
