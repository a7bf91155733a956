"""Drawings of all kinds side by side."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from refinable import know_clip, loss_config
from sketch_drawers import SEEN, SIZE, write_data, write_drawer, write_judges

from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.evaluation.sketch.distillation import Part, compare
from stillhouse.engine.evaluation.sketch.distillation_drawing import load_drawers
from stillhouse.engine.evaluation.sketch.distillation_images import Images, held_out
from stillhouse.engine.evaluation.sketch.distillation_judges import load_named_judges
from stillhouse.engine.evaluation.sketch.distillation_measures import TrainedAgainst


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def images(root, tmp_path, monkeypatch) -> Images:
    monkeypatch.chdir(tmp_path)
    return held_out(str(root), "validation", SIZE, 99, SEEN)


@pytest.fixture
def drawers(root, tmp_path):
    noisy = load_drawers("bootstrap", [write_drawer(tmp_path / "noisy", root, noise=0.1)])
    return noisy + load_drawers("distilled", [write_drawer(tmp_path / "fine", root, noise=0.01)])


def kinds(part: Part) -> list[str]:
    return [row.kind for row in part.rows]


def test_every_drawing_is_measured_alike_and_beside_the_bootstrap(root, images, drawers, tmp_path):
    judges = load_named_judges(list(write_judges(tmp_path, root).values()))
    told = []
    part = compare(drawers, images, judges, say=told.append)
    assert kinds(part) == ["true sketches", "random strokes", "bootstrap", "distilled"] and len(told) == 3
    true, random, bootstrap, distilled = part.rows
    assert true.figures.keys() == distilled.figures.keys() and true.figures["agreement_clip_judge"] == 1
    assert random.figures["scribble_clip_judge"] == 1 and random.figures["agreement_clip_judge"] == 0
    assert bootstrap.figures["chamfer_ratio"] == bootstrap.figures["gap_ratio"] == 1
    ratio = distilled.figures["chamfer"] / bootstrap.figures["chamfer"]
    assert distilled.figures["chamfer_ratio"] == pytest.approx(ratio) and ratio < 0.6
    assert distilled.title == "distilled, seed 0" and true.title == "true sketches" and true.seconds is None


def test_all_begin_from_the_same_noise(images, drawers):
    noisy, fine = (row.strokes - images.strokes for row in compare(drawers, images).rows[2:])
    assert torch.allclose(noisy, 10 * fine, atol=1e-4)
    again = compare(drawers, images).rows
    assert torch.equal(again[2].strokes - images.strokes, noisy) and torch.equal(
        again[1].strokes, compare(drawers, images).rows[1].strokes
    )
    assert not torch.equal(compare(drawers, images, seed=1).rows[2].strokes - images.strokes, noisy)


def test_the_global_stream_is_left_alone(images, drawers):
    before = torch.get_rng_state()
    compare(drawers, images)
    assert torch.equal(torch.get_rng_state(), before)


def test_distilled_drawings_alone_are_refined(images, drawers, tmp_path):
    know_clip(tmp_path)
    against = TrainedAgainst(loss_config())
    part = compare(drawers, images, (), against, refine_steps=1)
    assert kinds(part)[-3:] == ["bootstrap", "distilled", "refined"] and part.rows[-1].name == "seed 0"
    moved = (part.rows[-1].strokes - part.rows[-2].strokes).abs().amax()
    assert 0 <= moved < 0.05 and all("similarity" in row.figures for row in part.rows)
    with pytest.raises(CheckpointError, match="--refine: the distilled run's config has no CLIPPerceptual"):
        compare(drawers, images, refine_steps=1)


def test_images_of_which_nothing_is_known_have_no_references(images, drawers):
    part = compare(drawers, replace(images, strokes=None))
    assert kinds(part) == ["bootstrap", "distilled"] and set(part.rows[0].figures) == {"gap", "degenerate", "gap_ratio"}
