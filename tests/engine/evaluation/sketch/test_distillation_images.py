"""The images that are compared on."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from refinable import write_pictures
from sketch_drawers import SEEN, SIZE, UNSEEN, write_data

from stillhouse.datasets.sketch.errors import SketchError
from stillhouse.datasets.sketch.sample import read_sample, write_sample
from stillhouse.engine.evaluation.sketch.distillation_images import held_out, of_folder


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def no_cache(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_seen_and_unseen_classes_are_told_apart(root):
    seen = held_out(str(root), "validation", SIZE, 99, SEEN)
    unseen = held_out(str(root), "test", SIZE, 99, SEEN)
    assert seen.names == [name for name in SEEN for _ in range(3)] and seen.about == "held-out images of 3 seen classes"
    assert set(unseen.names) == set(UNSEEN) and unseen.about == "held-out images of 2 unseen classes"
    assert held_out(str(root), "validation", SIZE, 99, SEEN[:1]).about == "held-out images of 3 partly seen classes"
    assert seen.labelled and seen.image.shape == (9, 3, SIZE, SIZE) and len(seen.outlines) == len(seen) == 9


def test_a_few_are_spread_over_the_classes_and_the_same_each_time(root):
    first, again = (held_out(str(root), "validation", SIZE, 3, SEEN) for _ in range(2))
    assert sorted(first.names) == sorted(SEEN) and torch.equal(first.index, again.index)
    other = [held_out(str(root), "validation", SIZE, 3, SEEN, seed).index.tolist() for seed in range(6)]
    assert len({tuple(one) for one in other}) > 1


def test_outlines_are_those_of_the_masks(root):
    images = held_out(str(root), "validation", SIZE, 99, SEEN)
    mask = read_sample(root / "validation" / "cross" / "cross_0.npz").mask
    border = images.outlines[0]
    assert border is not None
    columns = ((border[:, 0] + 1) * 256).long()
    rows = ((border[:, 1] + 1) * 256).long()
    assert mask[rows, columns].all() and len(border) > 500


def test_an_image_without_a_mask_has_an_empty_outline(tmp_path):
    sample = read_sample(next((write_data(tmp_path / "data", 1) / "validation" / "star").iterdir()))
    write_sample(sample.path, sample.jpeg, np.ones_like(sample.mask), sample.attention, "a star", sample.strokes)
    images = held_out(str(tmp_path / "data"), "validation", SIZE, 9, SEEN)
    assert [len(one) > 0 for one in images.outlines if one is not None] == [True, True, False]


def test_a_folder_has_images_alone(tmp_path):
    folder = write_pictures(tmp_path / "photos", ("b.png", "a.png", "c.jpg"))
    images = of_folder(str(folder), SIZE, 2)
    assert images.name == "photos" and images.names == ["a", "b"] and images.image.shape == (2, 3, SIZE, SIZE)
    assert not images.labelled and images.strokes is None and images.outlines == [None, None]


def test_grey_and_transparent_pictures_are_read(tmp_path):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((20, 30), 90, np.uint8))
    cv2.imwrite(str(tmp_path / "clear.png"), np.zeros((20, 30, 4), np.uint8))
    images = of_folder(str(tmp_path), SIZE, 9)
    assert images.image[0].min() == 1 and images.image[1][:, 16, 16].tolist() == pytest.approx([90 / 255] * 3)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(SketchError, match="no usable picture among 0 files"):
        of_folder(str(tmp_path), SIZE, 9)
