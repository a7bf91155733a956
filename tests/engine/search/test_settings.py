"""Budgets from a config and from flags."""

from pathlib import Path

import pytest

from stillhouse.engine.errors import ConfigError
from stillhouse.engine.search.errors import SearchError
from stillhouse.engine.search.settings import Settings, from_config


def test_the_config_at_hand_has_the_documented_budgets():
    found = from_config()
    assert (found.steps, found.evaluations, found.gradient, found.measure) == (300, 500, "renderer", "foreground")
    assert found == Settings(), "the config and the defaults say the same"


def test_flags_change_what_is_given_alone():
    found = Settings(steps=7).changed({"evaluations": 9, "seconds": 2.5, "steps": None})
    assert (found.steps, found.evaluations, found.seconds) == (7, 9, 2.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(stepps=3), "search.stepps: no such setting; meant steps"),
        (dict(steps=-1), "search.steps: got -1, expected a whole number of at least 0"),
        (dict(steps=1.5), "search.steps: got 1.5, expected a whole number"),
        (dict(size=True), "search.size: got True"),
        (dict(seconds=0.0), r"search.seconds: got 0.0, expected a number above 0"),
        (dict(seconds=float("inf")), "search.seconds: got inf"),
        (dict(lr=0), "search.lr: got 0, expected a number above"),
        (dict(population=3), "search.population: got 3, expected a whole number of at least 4"),
        (dict(gradient="adam"), "search.gradient: got 'adam', expected one of renderer, proxy, none"),
        (dict(measure="ssim"), "search.measure: got 'ssim', expected one of foreground"),
    ],
)
def test_wrong_values_are_named(change: dict, message: str):
    with pytest.raises(SearchError, match=message):
        Settings().changed(change)


def test_a_config_without_a_search_is_refused(tmp_path: Path):
    path = tmp_path / "other.py"
    path.write_text("model = dict()\n")
    with pytest.raises(
        SearchError, match=r"other.py: has no search = dict\(...\), expected one as in configs/scene_search.py"
    ):
        from_config(str(path))
    path.write_text("search = dict(size=32)\n")
    assert from_config(str(path)) == Settings(size=32)
    with pytest.raises(ConfigError):
        from_config(str(tmp_path / "none.py"))
