"""Judges that know classes by name."""

from pathlib import Path

import pytest
import torch
from sketch_drawers import SEEN, SIZE, UNSEEN, write_data, write_drawer, write_judges, write_run

from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.evaluation.sketch.distillation_images import Images, held_out
from stillhouse.engine.evaluation.sketch.distillation_judges import (
    CaptionJudge,
    SketchJudge,
    class_captions,
    labels_of,
    load_named_judges,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def runs(root, tmp_path_factory) -> dict[str, Path]:
    return write_judges(tmp_path_factory.mktemp("judges"), root)


@pytest.fixture
def images(root, tmp_path, monkeypatch) -> Images:
    monkeypatch.chdir(tmp_path)
    return held_out(str(root), "test", SIZE, 99, SEEN)


def test_judges_are_told_apart_and_those_of_pictures_are_no_headline(runs):
    points, raster, clip = load_named_judges(list(runs.values()))
    assert isinstance(points, SketchJudge) and isinstance(clip, CaptionJudge)
    assert [one.name for one in (points, raster, clip)] == ["points", "raster", "clip_judge"]
    assert [one.headline for one in (points, raster, clip)] == [True, False, True]


def test_classes_are_matched_by_name_and_not_by_number(runs, images):
    for judge in load_named_judges(list(runs.values())):
        right = judge.figures(images.strokes, images.names)
        assert right[f"agreement_{judge.name}"] == 1
        wrong = judge.figures(images.strokes, [UNSEEN[UNSEEN.index(name) - 1] for name in images.names])
        assert wrong[f"agreement_{judge.name}"] == 0
    assert labels_of(["b", "a", "b"], ["a", "b"], Path()) == [1, 0, 1]


def test_the_second_clip_calls_scribbles_so(runs, images):
    (clip,) = load_named_judges([runs["clip_judge"]])
    strokes = images.strokes.clone()
    strokes[:2] += 0.3 * torch.randn_like(strokes[:2])
    assert clip.figures(strokes, images.names) == {
        "agreement_clip_judge": pytest.approx(4 / 6),
        "scribble_clip_judge": pytest.approx(2 / 6),
    }
    assert clip.figures(images.strokes * torch.nan, images.names)["scribble_clip_judge"] == 1


def test_a_class_is_the_mean_of_all_its_captions(runs):
    (clip,) = load_named_judges([runs["clip_judge"]])
    assert torch.equal(clip.embeddings, torch.eye(6)), "five classes, and the scribble last"
    found = class_captions("apple")
    assert len(set(found)) == len(found) >= 6 and all("an apple" in text for text in found)


def test_a_judge_that_lacks_a_class_is_refused(runs, images):
    for judge in load_named_judges(list(runs.values())):
        with pytest.raises(
            CheckpointError, match=r"trained on 5 classes, without unknown, so it cannot judge .* --every-class"
        ):
            judge.figures(images.strokes, ["unknown"] * 6)


def test_the_clip_trained_against_is_no_judge(runs):
    against = dict(type="CLIPPerceptual", encoder=dict(trained=dict(config="somewhere/clip_judge.py")))
    with pytest.raises(CheckpointError, match=r"is what was trained against \(clip_judge.py\), so it cannot judge"):
        load_named_judges([runs["clip_judge"]], against)
    assert len(load_named_judges([runs["clip_judge"]], dict(encoder=dict(pretrained="openai")))) == 1
    assert len(load_named_judges([runs["clip_judge"]], dict(type="CLIPPerceptual"))) == 1


def test_what_is_no_judge_is_refused(runs, root, tmp_path):
    with pytest.raises(CheckpointError, match="is a ToyDrawer, expected a classifier of sketches or a ContrastiveCLIP"):
        load_named_judges([write_drawer(tmp_path / "drawer", root)])
    with pytest.raises(CheckpointError, match="two are called 'points'"):
        load_named_judges([runs["sketch_judge_points"], runs["sketch_judge_points"]])
    network = dict(type="ToySketchJudge", root=str(root), classes=["star"])
    with pytest.raises(CheckpointError, match="does not say the names of its classes"):
        load_named_judges([write_run(tmp_path / "nameless", network, "sketch_judge_x.py")])
    with pytest.raises(CheckpointError, match="holds no checkpoint; train it first"):
        load_named_judges([tmp_path / "nothing"])
