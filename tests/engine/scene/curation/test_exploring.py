"""New scenes, as a folder that is whole or absent."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import scene_toys
import torch

from stillhouse.datasets.scene.recipe import Recipe
from stillhouse.datasets.scene.store import SceneStore
from stillhouse.engine.scene.curation import exploring
from stillhouse.engine.scene.curation.errors import CurationError
from stillhouse.engine.scene.curation.exploring import SHORTLIST, Exploration, choose, explore, read_report
from stillhouse.engine.scene.curation.features import Features
from stillhouse.engine.scene.curation.novelty import farthest_points
from stillhouse.engine.scene.curation.pictures import Pictures

MEANS = Features(
    "means of 16 parts", lambda images: torch.nn.functional.adaptive_avg_pool2d(images.mean(1), 4).flatten(1)
)


class Partly(Pictures):
    """Draws some scenes black and others white."""

    def images(self, scenes):
        images = super().images(scenes)
        for image, scene in zip(images, scenes):
            if scene["positionCoupled"]:
                image.fill_(float(scene["positionProgression"] == "scale"))
        return images


@pytest.fixture
def make(tmp_path: Path, monkeypatch):
    """Explorations of toys; their pictures are kept nowhere else."""
    monkeypatch.setattr(exploring, "Pictures", lambda renderer: Pictures(renderer, tmp_path / "cache"))

    def made(seed: int = 0, candidates: int = 40, count: int = 6, features: Features = MEANS) -> Exploration:
        parents = scene_toys.scenes(5)
        drawer = Partly(dict(type="ToyRenderer", size=16), tmp_path / "cache")
        return Exploration(
            Recipe(seed, 1.0, tuple(parents)), parents, candidates, count, drawer, features, dict(type="ToyRenderer", size=24)
        )  # fmt: skip

    return made


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_most_novel_are_chosen_of_those_that_show_something(make):
    exploration = make()
    choice = choose(exploration)
    bred = [exploration.recipe.scene(index) for index in range(40)]
    assert choice.scenes == [bred[index] for index in choice.indices] and set(choice.indices) <= set(choice.visible)
    shown = [(image.amax(0) > 0.1).float().mean() for image in exploration.drawer.images(bred)]
    assert choice.visible == [index for index, share in enumerate(shown) if 0.02 <= share <= 0.9]
    assert choice.visible and not any(bred[index]["positionCoupled"] for index in choice.visible)
    vectors = MEANS(exploration.drawer.images([bred[index] for index in choice.visible]))
    known = MEANS(exploration.drawer.images(exploration.known))
    places, novelty = farthest_points(vectors, known, 6)
    assert choice.indices == [choice.visible[place] for place in places] and choice.novelty == novelty


class Deceived(Pictures):
    """Sees something in scenes that the renderer draws black or white."""

    def images(self, scenes):
        images = super().images(scenes)
        for image, scene in zip(images, scenes):
            if scene["positionCoupled"]:
                image.fill_(0.0)
                image[:, : 1 + int(scene["stepFactor"] * 7) % 12] = 0.5
        return images


class Black(Pictures):
    def images(self, scenes):
        return torch.zeros_like(super().images(scenes))


def test_what_an_imitation_likes_is_drawn_by_the_renderer_before_it_is_chosen(make):
    exploration, drawer = make(), Deceived(dict(type="ToyRenderer", size=16), None)
    deceived = replace(exploration, drawer=drawer)
    believed = choose(deceived)
    assert any(scene["positionCoupled"] for scene in believed.scenes), "the imitation must be believed here"
    choice = choose(replace(deceived, judge=exploration.drawer))
    listed = choose(replace(deceived, count=SHORTLIST * 6))
    shown = [index for index in listed.indices if index in choose(exploration).visible]
    vectors = MEANS(exploration.drawer.images([exploration.recipe.scene(index) for index in shown]))
    places, novelty = farthest_points(vectors, MEANS(exploration.drawer.images(exploration.known)), 6)
    assert choice.indices == [shown[place] for place in places] and choice.novelty == novelty
    assert choice.visible == believed.visible and choice.scenes == [exploration.recipe.scene(i) for i in choice.indices]
    assert not any(scene["positionCoupled"] for scene in choice.scenes)
    assert replace(deceived, judge=exploration.drawer).facts() != deceived.facts()


def test_too_few_that_the_renderer_shows(make):
    nothing = replace(make(), judge=Black(dict(type="ToyRenderer", size=16), None))
    with pytest.raises(CurationError, match="0 of 24 candidates show something, expected at least 6; breed more"):
        choose(nothing)


def test_a_folder_is_written_once_and_an_earlier_one_kept(make, tmp_path: Path):
    folder = tmp_path / "output" / "explore"
    assert explore(folder, make())
    report, store = read_report(folder), SceneStore(folder)
    assert store.complete() == list(range(6)) and store.read_image(0).shape == (24, 24, 3)
    assert store.read_scene(0) == choose(make()).scenes[0]
    assert [row["features"] for row in report["diversity"]] == [MEANS.name] and (folder / "preview.png").is_file()
    before = content(folder)
    assert not explore(folder, make()) and content(folder) == before
    assert explore(folder, make(seed=1)) and content(folder) != before
    (earlier,) = folder.parent.glob("explore.*")
    assert content(earlier) == before
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted([earlier.name, "explore"])


@pytest.mark.parametrize("kills", [1, 4, 6])
def test_a_killed_exploration_goes_on_and_leaves_the_last_whole_one(make, tmp_path: Path, monkeypatch, kills: int):
    folder, whole = tmp_path / "explore", tmp_path / "whole" / "explore"
    explore(whole, make())
    explore(folder, make(seed=1))
    before, write, written = content(folder), SceneStore.write, []

    def killed(self, *args):
        if len(written) == kills:
            raise KeyboardInterrupt
        write(self, *args)
        written.append(args[0])

    monkeypatch.setattr(SceneStore, "write", killed)
    if kills < 6:
        with pytest.raises(KeyboardInterrupt):
            explore(folder, make())
        assert content(folder) == before
        monkeypatch.setattr(
            SceneStore, "write", lambda self, index, *args: written.append(index) or write(self, index, *args)
        )
    assert explore(folder, make()) and written == list(range(6)), "a scene was drawn twice"
    assert content(folder) == content(whole)


def test_what_a_kill_left_of_other_inputs_is_not_used(make, tmp_path: Path):
    folder, partial = tmp_path / "explore", tmp_path / ".explore.partial"
    explore(tmp_path / "whole", make())
    SceneStore(partial).claim({"exploration": 0})
    (partial / "images").mkdir()
    (partial / "images" / "000000.png").write_bytes(b"of something else")
    explore(folder, make())
    assert content(folder) == content(tmp_path / "whole") and not partial.exists()


def test_too_few_visible_candidates(make):
    with pytest.raises(CurationError, match="expected at least 40; breed more with --candidates"):
        choose(make(count=40))


def test_facts_tell_explorations_apart(make):
    facts = [make(), make(seed=1), make(candidates=41), make(count=7), make(features=Features("other", torch.flatten))]
    assert len({json.dumps(one.facts(), sort_keys=True) for one in facts}) == 5
