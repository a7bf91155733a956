"""Scenes scored by a judge."""

import json
from pathlib import Path

import numpy as np
import pytest
import scene_toys
import torch

from stillhouse.datasets.scene.identity import scene_key
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.engine.scene.curation.errors import CurationError
from stillhouse.engine.scene.curation.judge import Judge
from stillhouse.engine.scene.curation.pictures import Pictures
from stillhouse.engine.scene.curation.scoring import Scorer, distinct, up_to_date, write_scored


class Bright(Judge):
    """Prefers the brighter image, and the first one by ``bias``; ends after ``patience`` calls."""

    batch = 5

    def __init__(self, bias: float = 0.0, patience: int = 10**6, factor: float = 1.0) -> None:
        self.bias, self.patience, self.factor, self.asked = bias, patience, factor, 0

    def facts(self) -> dict:
        return {"scorer": "bright"}

    def compare(self, pairs):
        self._count(pairs)
        return [torch.sigmoid(20 * (a.mean() - b.mean()) + self.bias).item() for a, b in pairs]

    def rate(self, images):
        self._count(images)
        return [self.factor * image.mean().item() for image in images]

    def _count(self, items) -> None:
        self.patience -= 1
        if self.patience < 0:
            raise KeyboardInterrupt
        self.asked += len(items)


def scorer(tmp_path: Path, judge: Judge, fresh: bool = False) -> Scorer:
    return Scorer(judge, Pictures(dict(type="ToyRenderer", size=16), tmp_path / "pictures"), fresh, tmp_path / "scores")


def brightness(scenes) -> np.ndarray:
    return scene_toys.ToyRenderer(16).render(scenes).mean((1, 2, 3)).numpy()


def test_pairs_give_the_order_whatever_the_order_of_the_scenes(tmp_path: Path):
    scenes = scene_toys.scenes(20)
    found = scorer(tmp_path, Bright()).pairwise([*scenes, scenes[3]])
    assert found.scenes == scenes
    assert np.corrcoef(np.argsort(np.argsort(found.scores)), np.argsort(np.argsort(brightness(scenes))))[0, 1] > 0.95
    backwards = scorer(tmp_path, Bright()).pairwise(scenes[::-1])
    assert backwards.scores[::-1] == pytest.approx(found.scores, abs=1e-6)


def test_a_preference_for_the_first_image_is_cancelled_and_told(tmp_path: Path):
    scenes = scene_toys.scenes(12)
    fair = scorer(tmp_path / "fair", Bright()).pairwise(scenes)
    biased = scorer(tmp_path / "biased", Bright(bias=1.0)).pairwise(scenes)
    assert np.corrcoef(fair.scores, biased.scores)[0, 1] > 0.97
    assert "mean probability of 0.50" in fair.notes[1] and "100% stayed the same" in fair.notes[1]
    assert float(biased.notes[1].split("probability of ")[1][:4]) > 0.55


def test_answers_survive_a_kill_and_only_new_pairs_are_asked(tmp_path: Path):
    scenes = scene_toys.scenes(12)
    first = Bright(patience=3)
    with pytest.raises(KeyboardInterrupt):
        scorer(tmp_path, first).pairwise(scenes, rounds=2)
    second, third, fourth = Bright(), Bright(), Bright()
    scorer(tmp_path, second).pairwise(scenes, rounds=2)
    whole = first.asked + second.asked
    assert first.asked == 15 and 40 < whole <= 48
    scorer(tmp_path, third).pairwise(scene_toys.scenes(13), rounds=2)
    assert 4 <= third.asked <= 8  # two new pairs a ring, both ways round; rings may share a pair
    scorer(tmp_path, fourth, fresh=True).pairwise(scenes, rounds=2)
    assert fourth.asked == whole


def test_scores_of_scenes_alone(tmp_path: Path):
    scenes = scene_toys.scenes(6)
    found = scorer(tmp_path, Bright()).absolute(scenes)
    assert found.scores == pytest.approx(brightness(scenes), abs=1e-2)
    with pytest.raises(CurationError, match=r"expected 5 numbers in \[0, 1\]"):
        scorer(tmp_path, Bright(factor=100), fresh=True).absolute(scenes)


def test_the_file_is_sorted_readable_and_kept_while_nothing_changes(tmp_path: Path):
    scenes = scene_toys.scenes(8)
    found = scorer(tmp_path, Bright()).pairwise(scenes)
    path, facts = tmp_path / "refs-scored.jsonl", {"scorer": "bright"}
    assert not up_to_date(path, facts)
    write_scored(path, found, facts)
    refs = read_refs(path, "raise", scored=True)
    assert [ref.score for ref in refs] == sorted((ref.score or 0 for ref in refs), reverse=True)
    scores = dict(zip(map(scene_key, scenes), found.scores))
    assert [ref.score for ref in refs] == pytest.approx([scores[scene_key(ref.scene)] for ref in refs], abs=1e-6)
    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == [scene_key(ref.scene) for ref in refs]
    assert up_to_date(path, facts) and not up_to_date(path, {"scorer": "dark"})
    path.write_text(path.read_text() + "\n")
    assert not up_to_date(path, facts)


def test_doubles_are_left_out():
    scenes = scene_toys.scenes(3)
    assert list(distinct([*scenes, dict(scenes[0])]).values()) == scenes
