"""Photographs as maps."""

import sys

import numpy as np
import pytest
from matplotlib.image import imsave

from stillhouse.engine.evaluation.latent.photographs import photograph_maps


def test_the_samples_of_scikit_learn():
    maps = photograph_maps()
    assert maps.shape == (16, 32, 32)
    assert maps.mean((1, 2)) == pytest.approx(np.zeros(16), abs=1e-9)
    assert maps.std((1, 2)) == pytest.approx(np.ones(16))
    assert len({crop.tobytes() for crop in maps}) == 16


def test_a_folder_of_photographs_flat_ones_and_small_ones_left_out(tmp_path):
    imsave(tmp_path / "a.png", np.random.default_rng(0).random((100, 80, 3)))
    imsave(tmp_path / "flat.png", np.full((64, 64, 3), 0.5))
    imsave(tmp_path / "small.png", np.random.default_rng(0).random((20, 20, 3)))
    (tmp_path / "notes.txt").write_text("")
    assert photograph_maps(tmp_path, 6).shape == (2, 32, 32)


def test_crops_are_averaged_down(tmp_path):
    tile = np.random.default_rng(0).integers(0, 256, (32, 32)).astype(np.uint8)
    imsave(tmp_path / "a.png", np.repeat(np.repeat(tile, 2, 0), 2, 1)[..., None].repeat(3, -1))
    centred = tile - tile.mean()
    assert photograph_maps(tmp_path, 1)[0] == pytest.approx(centred / centred.std(), abs=1e-6)


def test_folders_without_photographs(tmp_path):
    with pytest.raises(ValueError, match="no image there, expected files that end in"):
        photograph_maps(tmp_path)
    imsave(tmp_path / "flat.png", np.full((64, 64, 3), 0.5))
    with pytest.raises(ValueError, match="no photograph with a crop that is not flat"):
        photograph_maps(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"broken\.png cannot be read as an image"):
        photograph_maps(tmp_path)


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"stillhouse\[latent\].*--photos"):
        photograph_maps()
