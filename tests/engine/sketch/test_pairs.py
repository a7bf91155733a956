"""Refined sketches as ControlSketch files."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from refinable import write_pictures

from stillhouse.datasets.sketch import ControlSketch, read_sample
from stillhouse.engine.sketch.pairs import check_pairs, pair_path, write_pair
from stillhouse.engine.sketch.refinement import RefinementError


def strokes(seed: int) -> torch.Tensor:
    return 2.2 * torch.rand(32, 4, 2, generator=torch.Generator().manual_seed(seed)) - 1.1


def test_the_data_set_reads_what_was_written(tmp_path: Path):
    folder = write_pictures(tmp_path / "p", ["a.png", "b.jpg"])
    for i, name in enumerate(("a.png", "b.jpg")):
        path = pair_path(tmp_path / "set", "photo", f"{name[0]}_0")
        write_pair(path, folder / name, strokes(i), "a drawing of a disk")
    data = ControlSketch(str(tmp_path / "set"), "train", image_size=64, captions=True, cache_dir=None, num_classes=1)
    batch = data.__getitems__([0, 1])
    torch.testing.assert_close(batch["strokes"], torch.stack([strokes(0), strokes(1)]), atol=3e-6, rtol=0)
    assert batch["image"].shape == (2, 3, 64, 64) and data.class_names == ["photo"]
    assert data.captions == ["a drawing of a disk"] * 2 and data.metainfo["num_skipped"] == 0
    pixels = cv2.imread(str(folder / "a.png"))[..., ::-1].astype(np.float32) / 255
    seen = cv2.resize(batch["image"][0].permute(1, 2, 0).numpy(), (40, 40), interpolation=cv2.INTER_AREA)
    assert np.abs(seen - pixels).mean() < 0.02


def test_nothing_is_claimed_of_the_object(tmp_path: Path):
    folder = write_pictures(tmp_path / "p", ["b.jpg", "c.png"])
    write_pair(tmp_path / "c_0.npz", folder / "c.png", strokes(0))
    sample = read_sample(tmp_path / "c_0.npz")
    assert not sample.mask.any() and not sample.attention.any() and sample.caption == "a drawing"
    image = sample.image()
    # 48 x 40 pixels on white: a twelfth of the height above and below.
    assert (image[:36] > 245).all() and (image[-36:] > 245).all() and (image[50:60] < 240).all()


@pytest.mark.parametrize(
    ("number", "category", "message"),
    [
        (16, "photo", "got sketches of 16 strokes, expected 32"),
        (32, "../photo", "got the category '../photo'"),
        (32, ".photo", "plain name of a folder"),
        (32, "", "got the category ''"),
    ],
)
def test_refusals(number: int, category: str, message: str):
    with pytest.raises(RefinementError, match=message):
        check_pairs(number, category)
