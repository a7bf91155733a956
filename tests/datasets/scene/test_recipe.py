"""How the scenes of a data set are drawn."""

import pickle

import pytest
from scene_strategies import scene

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.recipe import Recipe, recipe_of
from stillhouse.datasets.scene.refs import Ref
from stillhouse.datasets.scene.schema import validate

REFS = [Ref(1, scene(geometry="arch"), 0.9, ()), Ref(2, scene(geometry="wave"), 0.0, ())]


def test_a_scene_depends_on_the_recipe_and_the_index_alone():
    recipe = recipe_of(3, refs=REFS)
    forwards = [recipe.scene(i) for i in range(20)]
    assert forwards == [pickle.loads(pickle.dumps(recipe)).scene(i) for i in reversed(range(20))][::-1]
    assert all(validate(each) == (each, []) for each in forwards)
    assert len({str(each) for each in forwards}) == 20
    assert not {str(recipe_of(4, refs=REFS).scene(i)) for i in range(20)} & {str(each) for each in forwards}


def test_the_share_of_bred_scenes():
    plain = recipe_of(0)
    for recipe, share in ((recipe_of(0, refs=REFS), 0.3), (recipe_of(0, scored=REFS), 0.7)):
        bred = sum(recipe.scene(i) != plain.scene(i) for i in range(500))
        assert bred / 500 == pytest.approx(share, abs=0.07)


def test_parents_are_weighted_by_their_scores():
    recipe = recipe_of(0, refs=REFS, scored=REFS)
    found = [recipe.scene(i)["geometry"] for i in range(500)]
    assert recipe.weights == (0.9, 0.0)
    assert found.count("arch") > 170 and found.count("wave") < 60


def test_facts_tell_recipes_apart():
    recipes = [recipe_of(0), recipe_of(1), recipe_of(0, REFS), recipe_of(0, REFS[:1]), recipe_of(0, None, REFS)]
    assert len({str(recipe.facts()) for recipe in recipes}) == 5
    assert recipe_of(0, REFS).facts() == recipe_of(0, list(REFS)).facts() and Recipe().facts()["parents"] is None


def test_scores_that_choose_nobody_are_refused():
    with pytest.raises(SceneError, match="scores: got 0 for all scenes, expected one above 0"):
        recipe_of(0, scored=REFS[1:])
    with pytest.raises(SceneError, match="line 4: got no score, expected a score"):
        recipe_of(0, scored=[Ref(4, scene(), None, ())])
