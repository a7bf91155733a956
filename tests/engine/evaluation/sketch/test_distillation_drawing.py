"""Generators that draw images."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from refinable import know_clip, loss_config, write_loss_config, write_run
from sketch_drawers import SEEN, SIZE, write_data, write_drawer

from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.evaluation.sketch.distillation_drawing import (
    classes_seen,
    data_root,
    draw,
    image_size,
    load_drawers,
    loss_trained_against,
    refined,
)
from stillhouse.engine.evaluation.sketch.distillation_images import Images, held_out
from stillhouse.engine.evaluation.sketch.distillation_measures import TrainedAgainst
from stillhouse.engine.evaluation.sketch.subject import Sampler
from stillhouse.engine.sketch.refinement import RefinementError


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def images(root, tmp_path, monkeypatch) -> Images:
    monkeypatch.chdir(tmp_path)
    return held_out(str(root), "validation", SIZE, 99, SEEN)


def some(images: Images, rows: list[int]) -> Images:
    return replace(images, image=images.image[rows], index=images.index[rows], names=[images.names[i] for i in rows])


def test_a_drawing_depends_on_its_image_and_its_own_noise_alone(images, tmp_path):
    (drawer,) = load_drawers("distilled", [write_run(tmp_path)])
    drawn, seconds = draw(drawer.trained, images)
    assert drawn.shape == (9, 32, 4, 2) and seconds > 0
    few, _ = draw(drawer.trained, some(images, [7, 2]))
    assert torch.allclose(few, drawn[[7, 2]], atol=1e-5)
    other, _ = draw(drawer.trained, images, seed=1)
    assert not torch.allclose(other, drawn, atol=0.1)
    steps, _ = draw(drawer.trained, images, Sampler("euler", 3))
    assert not torch.equal(steps, drawn)


def test_refined_drawings_fit_the_image_better_by_the_loss(images, tmp_path):
    know_clip(tmp_path)
    against = TrainedAgainst(loss_config())
    strokes = 0.3 * torch.randn(9, 32, 4, 2)
    strokes[0, 0] = torch.nan
    found, seconds = refined(against.loss, strokes, images, 5)
    assert found.isfinite().all() and seconds > 0
    before, after = (against.figures(one, images.image)["layer_similarity"] for one in (strokes, found))
    assert after > before
    rows = [7, 2]
    few, _ = refined(against.loss, strokes[rows], some(images, rows), 5)
    assert torch.allclose(few, found[rows], atol=0.02), "its views belong to the sketch, not to its batch"


def test_generators_are_named_by_their_seeds(root, tmp_path):
    folders = [write_drawer(tmp_path / name, root, seed=seed) for name, seed in (("a", 0), ("b", 1), ("c", 1))]
    names = [one.name for one in load_drawers("distilled", folders)]
    assert (
        names[0] == "seed 0"
        and [name.endswith(f"{folder}/iter_1.pth") for name, folder in zip(names[1:], "bc")] == [True] * 2
    )
    (nameless,) = load_drawers("bootstrap", [write_run(tmp_path)])
    assert nameless.name == tmp_path.name


def test_what_the_bootstrap_knows_of_its_data(root, tmp_path):
    (drawer,) = load_drawers("bootstrap", [write_drawer(tmp_path / "a", root)])
    assert data_root(drawer) == str(root) and classes_seen(drawer) == list(SEEN) and image_size([drawer]) == SIZE
    (other,) = load_drawers("bootstrap", [write_run(tmp_path)])
    assert classes_seen(other) == []
    with pytest.raises(CheckpointError, match="does not say where its training data lies; name it by --data"):
        data_root(other)


def test_the_loss_trained_against(root, tmp_path):
    own = load_drawers("distilled", [write_run(tmp_path)])
    found = loss_trained_against(own)
    assert found is not None and found["type"] == "CLIPPerceptual" and found["weight"] == 3
    none = load_drawers("distilled", [write_drawer(tmp_path / "a", root)])
    assert loss_trained_against(none) is None
    given = loss_trained_against(none, write_loss_config(tmp_path))
    assert given is not None and given["type"] == "CLIPPerceptual"
    other = tmp_path / "other.py"
    other.write_text("model = dict(losses=dict(other=dict(type='MeanSquaredError')))\n")
    with pytest.raises(RefinementError, match="expected a CLIPPerceptual"):
        loss_trained_against(own, other)


def test_what_draws_no_images_is_refused(root, tmp_path):
    with pytest.raises(CheckpointError, match="draws by nothing, expected a generator conditioned on images"):
        load_drawers("bootstrap", [write_run(tmp_path, looks=False)])
    folder = write_drawer(tmp_path / "a", root)
    with pytest.raises(CheckpointError, match="is named twice; name checkpoints of different seeds"):
        load_drawers("distilled", [folder, folder / "iter_1.pth"])
