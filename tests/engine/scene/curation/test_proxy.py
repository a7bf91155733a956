"""Pictures by a proxy."""

import os
from pathlib import Path

import pytest
import scene_toys
import torch

from stillhouse.datasets.scene import encode
from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.engine.scene.curation.errors import CurationError
from stillhouse.engine.scene.curation.proxy import ProxyPictures, find_proxy
from stillhouse.registry import MODELS

FORWARD = dict(type="ForwardModel", size=16, hidden=8, width=8, attention_at=0)


def published(file: Path, network: dict = FORWARD) -> Path:
    state = MODELS.build(dict(network)).state_dict()
    file.parent.mkdir(parents=True, exist_ok=True)
    write_checkpoint(
        {"published": {"config_file": "proxy.py", "network": network, "data": {}}, "state_dict": state}, file
    )
    return file


def test_it_draws_what_the_network_draws(tmp_path: Path):
    pictures, scenes = ProxyPictures(published(tmp_path / "proxy.pth")), scene_toys.scenes(3)
    with torch.no_grad():
        expected = pictures.network({"params": encode(scenes)})["image"]
    assert torch.allclose(pictures.images(scenes), expected, atol=1e-6) and pictures.size == 16
    assert pictures.images([]).shape == (0, 3, 16, 16) and pictures.facts()["size"] == 16


def test_another_network_is_refused(tmp_path: Path):
    with pytest.raises(CurationError, match="is no proxy that draws scenes"):
        ProxyPictures(published(tmp_path / "other.pth", dict(type="SceneResNet")))


def test_the_newest_run_is_found(tmp_path: Path):
    assert find_proxy(tmp_path / "none") is None
    (tmp_path / "scene_forward_empty").mkdir()
    for number, name in enumerate(("a/scene_forward_small", "scene_forward", "scene_inverse_small")):
        file = published(tmp_path / name / "iter_1.pth")
        os.utime(file.parent, (number, number))
    assert find_proxy(tmp_path) == tmp_path / "scene_forward"
