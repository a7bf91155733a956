"""A recipe for every network that a shipped config trains."""

from pathlib import Path

import pytest

from stillhouse.engine.errors import ConfigError
from stillhouse.tools.combining.architecture import trained_configs
from stillhouse.tools.combining.recipes import RECIPES, recipe_of, small


@pytest.mark.parametrize(("config", "architecture"), trained_configs().items())
def test_every_config_s_network_has_a_recipe(config: str, architecture: str):
    recipe_of(architecture, f"configs/{config}.py")


def test_every_recipe_is_of_a_config_that_trains_its_network():
    trained = trained_configs()
    assert {network: trained[recipe.config] for network, recipe in RECIPES.items()} == {name: name for name in RECIPES}
    assert all(recipe.taught_by in trained for recipe in RECIPES.values())


def test_a_network_without_one_is_named_with_the_place_to_add_it():
    with pytest.raises(
        ConfigError, match=r"configs/new\.py: its network Mamba has no recipe.*tools/combining/recipes\.py"
    ):
        recipe_of("Mamba", "configs/new.py")


def test_sizes_hold_for_every_config_of_the_network_and_data_for_those_that_have_it(hollow: Path):
    teacher, student = (small(f"gat_{name}", hollow).cfg for name in ("teacher_normal", "student_curriculum_kd"))
    assert teacher.model.network.hidden_dim == student.model.network.hidden_dim == 8
    assert teacher.train_dataloader.dataset.root == str(hollow / "data" / "can_synthetic")
    assert teacher.cache_dir == str(hollow / "cache") and teacher.work_root == str(hollow / "companions")
    assert small("minigpt", hollow, **{"randomness.seed": 5}).cfg.randomness.seed == 5
