"""The figures of scenes as validation results."""

from pathlib import Path

import pytest
import torch
from scene_toys import SIZE, ToyRenderer, write_scenes

from stillhouse.datasets.scene.dataset import SceneRenders
from stillhouse.engine.evaluation import SceneImages, SceneRecovery

RENDERER = dict(type="ToyRenderer", size=SIZE)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="module")
def batch(root: Path) -> dict:
    held_out = SceneRenders(str(root), "validation", SIZE, fractions=(0.7, 0.3, 0.0))
    return held_out.__getitems__(range(len(held_out)))


def data(root: Path, **more) -> dict:
    return dict(type="SceneRenders", root=str(root), image_size=SIZE, fractions=(0.7, 0.3, 0.0), split="train", **more)


def test_right_images_beat_every_baseline(root, batch):
    metric = SceneImages(data(root))
    metric.process(batch, {"image": batch["image"]})
    found = metric.evaluate(0)
    assert set(found) == {f"scene/{name}" for name in metric.names}
    assert found["scene/l1"] == found["scene/l1_ratio"] == 0 and found["scene/ssim"] == pytest.approx(1, abs=1e-3)
    assert found["scene/beats_black"] == found["scene/beats_mean"] == 1
    assert found["scene/foreground_black"] > found["scene/foreground_nearest"] > 0


def test_the_mean_image_has_the_ratio_one(root, batch):
    metric = SceneImages(data(root))
    metric.process(batch, {"image": metric.baselines.mean.expand_as(batch["image"])})
    found = metric.evaluate(0)
    assert found["scene/l1_ratio"] == pytest.approx(1) and found["scene/beats_all"] == 0


def test_baselines_are_measured_once(root, batch, monkeypatch):
    metric = SceneImages(data(root))
    metric.process(batch, {"image": batch["image"]})
    first = metric.evaluate(0)
    monkeypatch.setattr(metric.baselines, "images_for", None)
    metric.process(batch, {"image": batch["image"]})
    assert metric.evaluate(0) == first


def test_right_parameters_are_recovered_and_rendered_again(root, batch):
    metric = SceneRecovery(data(root), RENDERER)
    metric.process(batch, {"params": batch["params"]})
    found = metric.evaluate(0)
    assert set(found) == {f"scene/{name}" for name in metric.names}
    assert found["scene/continuous_ratio"] == 0 and found["scene/geometry_accuracy"] == 1
    assert found["scene/foreground"] < 0.01, "but for the 8 bits of the files"


def test_wrong_parameters_are_not(root, batch):
    metric = SceneRecovery(data(root), RENDERER)
    metric.process(batch, {"params": batch["params"].roll(1, 0)})
    found = metric.evaluate(0)
    assert found["scene/continuous_ratio"] > 0.8 and found["scene/beats_all"] < 0.5


def test_names_declared_are_names_given(root):
    for kind, more in ((SceneImages, {}), (SceneRecovery, {"renderer": RENDERER})):
        for lpips in (None, "random"):
            metric = kind(reference=data(root), lpips=lpips, **more)
            assert metric.names == kind.declared(dict(lpips=lpips))
            assert ("lpips_black" in metric.names) == (lpips is not None)


def test_a_renderer_of_another_size(root, batch):
    metric = SceneRecovery(data(root), dict(type="ToyRenderer", size=16))
    with pytest.raises(ValueError, match=r"renderer\.size: it draws 16 px, expected 32 px"):
        metric.process(batch, {"params": batch["params"]})


def test_the_perceptual_substitute_is_measured(root, batch):
    metric = SceneImages(data(root), lpips="random")
    few = {key: value[:3] for key, value in batch.items()}
    metric.process(few, {"image": ToyRenderer(SIZE).render([]).new_zeros(3, 3, SIZE, SIZE)})
    found = metric.evaluate(0)
    assert found["scene/lpips"] == pytest.approx(found["scene/lpips_black"]) and found["scene/lpips"] > 0
    assert torch.isfinite(torch.tensor(list(found.values()))).all()
