"""Pictures that are drawn once."""

from pathlib import Path

import numpy as np
import scene_toys
import torch

from stillhouse.engine.scene.curation.pictures import Pictures, decoded, encoded

TOY = dict(type="ToyRenderer", size=16)


def test_a_scene_is_drawn_once_and_again_where_its_file_is_damaged(tmp_path: Path, monkeypatch):
    scenes, drawn = scene_toys.scenes(3), []
    render = scene_toys.ToyRenderer.render
    monkeypatch.setattr(scene_toys.ToyRenderer, "render", lambda self, some: drawn.append(1) or render(self, some))
    images = Pictures(TOY, tmp_path).images(scenes)
    assert torch.allclose(images, render(scene_toys.ToyRenderer(16), scenes), atol=0.5 / 255 + 1e-6) and len(drawn) == 3
    assert torch.equal(Pictures(TOY, tmp_path).images(scenes), images) and len(drawn) == 3
    file = next(tmp_path.rglob("*.png"))
    file.write_bytes(file.read_bytes()[:-9])
    assert torch.equal(Pictures(TOY, tmp_path).images(scenes), images) and len(drawn) == 4
    Pictures({**TOY, "size": 8}, tmp_path).images(scenes)
    assert len(drawn) == 7
    assert Pictures(TOY, None).images([]).shape == (0, 3, 16, 16)


def test_png_keeps_every_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert np.array_equal(decoded(encoded(pixels)), pixels)
