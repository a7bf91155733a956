"""Choices of people between scenes, through the page of preferences."""

from pathlib import Path

import pytest
import scene_toys

from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.datasets.sketch.preferences import PreferenceStore
from stillhouse.engine.preferences.page import Desk, PageError, Plan
from stillhouse.engine.preferences.page.scenes import SceneSource
from stillhouse.engine.scene.curation.errors import CurationError
from stillhouse.engine.scene.curation.human import human_wins, item_digest
from stillhouse.engine.scene.curation.pictures import Pictures
from stillhouse.engine.scene.curation.ranking import rank


def source(tmp_path: Path, count: int) -> SceneSource:
    path = tmp_path / f"{count}.jsonl"
    RefFile(path).add(scene_toys.scenes(count))
    return SceneSource(path, Pictures(dict(type="ToyRenderer", size=16), tmp_path / "pictures"))


def test_choices_on_the_page_become_scores(tmp_path: Path):
    scenes, store = scene_toys.scenes(5), PreferenceStore(tmp_path / "store")
    worth = {item_digest(scene): place for place, scene in enumerate(scenes)}
    desk = Desk(source(tmp_path, 5), store, plan=Plan(seed=0, repeat_share=0))
    try:
        sitting = desk.open("somebody")
        assert 'src="data:image/png;base64,' in sitting.view().shown.a.markup  # type: ignore[union-attr]
        for _ in range(40):
            pair = sitting.view().shown
            left, right = (worth[card.item.digest] for card in pair.shown)  # type: ignore[union-attr]
            sitting.choose(pair.id, "left" if left > right else "right")  # type: ignore[union-attr,attr-defined]
    finally:
        desk.close()
    wins, games = human_wins(store, scenes)
    assert sum(games.values()) == 40
    assert sorted(rank(5, wins, games).scores) == list(rank(5, wins, games).scores)


def test_ties_count_half_and_strangers_not_at_all(tmp_path: Path):
    scenes, store = scene_toys.scenes(4), PreferenceStore(tmp_path)
    shown = source(tmp_path, 4)
    items = [drawn.store(store) for drawn in shown.draw(shown.conditions[0], range(4))]
    place = {item.digest: item for item in items}
    a, b, c, d = (place[item_digest(scene)] for scene in scenes)
    session = store.session("somebody", "one")
    for first, second, choice in (
        (a, b, "a"),
        (b, a, "a"),
        (a, b, "tie"),
        (b, a, "both_bad"),
        (a, c, "skip"),
        (d, a, "a"),
    ):
        session.compare(first, second, choice, False)
    assert human_wins(store, scenes[:3]) == ({(0, 1): 2.0}, {(0, 1): 4.0})


def test_without_choices_or_scenes(tmp_path: Path):
    with pytest.raises(CurationError, match=r"collect_prefs\.py --scenes"):
        human_wins(PreferenceStore(tmp_path / "none"), scene_toys.scenes(2))
    with pytest.raises(PageError, match="holds 1 scene, expected at least 2"):
        source(tmp_path, 1)
