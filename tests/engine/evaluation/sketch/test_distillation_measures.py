"""What is measured on drawings."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from refinable import know_clip, loss_config
from sketch_drawers import SEEN, SIZE, write_data, write_judges

from stillhouse.engine.evaluation.sketch.distillation_images import Images, held_out
from stillhouse.engine.evaluation.sketch.distillation_judges import load_named_judges
from stillhouse.engine.evaluation.sketch.distillation_measures import TrainedAgainst, measure_drawings


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def images(root, tmp_path, monkeypatch) -> Images:
    monkeypatch.chdir(tmp_path)
    return held_out(str(root), "validation", SIZE, 99, SEEN)


def test_true_sketches_and_noise_lie_apart(root, images, tmp_path):
    judges = load_named_judges(list(write_judges(tmp_path, root).values()))
    true = measure_drawings(images.strokes, images, judges)
    noisy = measure_drawings(images.strokes + 0.2 * torch.randn_like(images.strokes), images, judges)
    assert true["agreement_points"] == true["agreement_raster"] == true["agreement_clip_judge"] == 1
    assert noisy["scribble_clip_judge"] == 1 > noisy["agreement_clip_judge"]
    assert true["chamfer"] < 0.02 < 0.05 < noisy["chamfer"] and true["gap"] < 0.01 < 0.08 < noisy["gap"]
    assert true["degenerate"] == 0 and "similarity" not in true


def test_images_without_a_mask_are_left_out_of_the_chamfer(images):
    outlines = [None, *images.outlines[1:]]
    strokes = images.strokes.clone()
    strokes[0] += 1
    found = measure_drawings(strokes, replace(images, outlines=outlines))["chamfer"]
    assert found == pytest.approx(measure_drawings(images.strokes, replace(images, outlines=outlines))["chamfer"])
    assert math.isnan(measure_drawings(strokes, replace(images, outlines=[None] * 9))["chamfer"])


def test_images_of_which_nothing_is_known(root, images, tmp_path):
    judges = load_named_judges(list(write_judges(tmp_path, root).values()))
    found = measure_drawings(images.strokes, replace(images, strokes=None), judges)
    assert set(found) == {"gap", "degenerate"}


def test_the_cosines_are_those_of_the_loss(images, tmp_path):
    know_clip(tmp_path)
    against = TrainedAgainst(loss_config())
    found = measure_drawings(images.strokes, images, (), against)
    assert found["similarity"] == pytest.approx(float(against.loss.similarity(images.strokes, images.image).mean()))
    layers = against.loss.layer_similarity(images.strokes, images.image)
    assert found["layer_similarity"] == pytest.approx(float(layers.mean()), abs=1e-6)
    spoilt = images.strokes.clone()
    spoilt[0, 0] = torch.nan
    assert math.isfinite(against.figures(spoilt, images.image)["similarity"])
