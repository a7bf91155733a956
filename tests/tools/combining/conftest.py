"""A folder of a cross, and one whose data sets are only there by name."""

from pathlib import Path

import pytest

from stillhouse.tools.combining import recipes
from stillhouse.tools.combining.cases import DISTILLATIONS, teacher_of


@pytest.fixture(scope="session")
def root(tmp_path_factory) -> Path:
    """Data, companions and teachers of the networks that tests have prepared."""
    return tmp_path_factory.mktemp("cross")


@pytest.fixture
def hollow(tmp_path: Path, monkeypatch) -> Path:
    """A folder in which every data set and every teacher is there, empty: enough for the config check."""

    def empty(name: str, folder: Path) -> Path:
        (folder / name).mkdir(parents=True, exist_ok=True)
        return folder / name

    monkeypatch.setattr(recipes, "write_data", empty)
    for network in recipes.RECIPES:
        for number in range(max(DISTILLATIONS.values())):
            file = Path(teacher_of(network, number, tmp_path)["checkpoint"])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    return tmp_path
