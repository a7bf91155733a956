"""The inverse model and its backbones."""

import sys

import pytest
import torch
from scene_toys import scenes, vectors

from stillhouse.datasets.scene.encoding import DIMENSION, FIELDS, decode
from stillhouse.datasets.scene.schema import validate
from stillhouse.models.scene import InverseModel, SceneResNet, TimmBackbone

BACKBONE = dict(type="SceneResNet", width=4, features=16, image_size=32)


def small(**more) -> InverseModel:
    return InverseModel(**{"backbone": BACKBONE, "hidden": 16, **more}).eval()


def images(count: int = 3) -> torch.Tensor:
    return torch.rand(count, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_every_image_has_a_scene_within_the_schema():
    outputs = small()({"image": images()})
    assert outputs["logits"].shape == outputs["params"].shape == outputs["soft_params"].shape == (3, DIMENSION)
    assert outputs["layer_count"].shape == (3, 6)
    found = decode(outputs["params"])
    assert [len(scene["layers"]) for scene in found] == outputs["layer_count"].argmax(1).tolist()
    assert all(validate(scene) == (scene, []) for scene in found)


def test_every_entry_has_a_weight_of_its_own():
    network = small()
    found = torch.autograd.functional.jacobian(lambda x: network({"image": x})["logits"][0], images(1))
    assert (found.abs().flatten(1).sum(1) > 0).all()


def test_heads_answer_for_the_entries_of_their_kind():
    network = small()
    with torch.no_grad():
        for name, head in network.heads.items():
            head[-1].weight.zero_()
            head[-1].bias.fill_({"continuous": 1.0, "boolean": 2.0, "categorical": 3.0, "layers": 4.0}.get(name, 0.0))
    logits = network({"image": images(1)})["logits"][0]
    of_role = {"value": 1.0, "flag": 2.0, "choice": 3.0}
    for field in FIELDS:
        expected = of_role[field.role] if field.layer is None else 4.0
        assert (logits[field.slice] == expected).all(), field


def test_the_soft_scene_passes_gradients_to_every_kind_of_logit():
    network = small()
    outputs = network({"image": images()})
    outputs["logits"].retain_grad()
    weights = torch.randn(3, DIMENSION, generator=torch.Generator().manual_seed(1))
    (outputs["soft_params"] * weights).sum().backward()
    grad = outputs["logits"].grad
    assert all(grad[:, field.slice].abs().sum() > 0 for field in FIELDS)


def test_the_number_of_layers_is_a_class():
    drawn = scenes(6)
    batch = small().prepare({"image": images(6), "params": vectors(6)})
    assert batch["layer_count"].tolist() == [len(scene["layers"]) for scene in drawn]
    assert batch["layer_count"].dtype == torch.int64
    assert "layer_count" not in small().prepare({"image": images()}), "an image alone is enough to predict"


def test_the_residual_network_takes_other_sizes_and_sees_faint_strokes():
    backbone = SceneResNet(width=4, features=8, image_size=32).eval()
    assert backbone(torch.rand(2, 3, 64, 64)).shape == (2, 8) and backbone.width == 8
    faint = torch.zeros(1, 3, 32, 32)
    faint[:, :, 10:12] = 0.02
    assert not torch.allclose(backbone(faint), backbone(torch.zeros(1, 3, 32, 32)), atol=1e-4)
    with pytest.raises(ValueError, match=r"SceneResNet\.image_size: got 40, expected a multiple of 32"):
        SceneResNet(image_size=40)


def test_a_transformer_of_timm_from_scratch():
    backbone = TimmBackbone("test_vit", pretrained=False, image_size=32)
    assert backbone.name == "timm test_vit, from scratch"
    features = small(backbone=dict(type="TimmBackbone", model="test_vit", pretrained=False, image_size=32)).backbone(
        images()
    )
    assert features.shape == (3, backbone.width)


def test_weights_that_cannot_be_had_name_the_choices_without_them(monkeypatch):
    import timm

    def refuse(*args, **more):
        raise OSError("no route")

    monkeypatch.setattr(timm, "create_model", refuse)
    with pytest.raises(RuntimeError, match=r"no route.*pretrained=False.*SceneResNet"):
        TimmBackbone()


def test_without_timm_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ImportError, match=r'pip install "stillhouse\[scene\]"'):
        TimmBackbone()
