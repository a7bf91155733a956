"""The distance of an image and a frozen proxy's drawing."""

from typing import Any

import pytest
import torch
from scene_toys import vectors
from torch import nn

from stillhouse.losses import ProxyError, foreground_error
from stillhouse.models.scene import ForwardModel
from stillhouse.registry import MODELS


@pytest.fixture
def proxy(monkeypatch) -> ForwardModel:
    """What stands in for a trained proxy."""
    network = ForwardModel(size=32, hidden=16, width=16, attention_at=0).requires_grad_(False)
    monkeypatch.setattr(MODELS, "build", lambda cfg: _Frozen(network))
    return network


class _Frozen(nn.Module):
    provenance_of_data = {"digest": "of other data"}

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self._held = [network]

    def forward(self, batch: dict) -> dict:
        return self._held[0](batch)


def build(**more: Any) -> ProxyError:
    return ProxyError(companion=dict(config="x.py"), **{"perceptual": 0.0, **more})


def test_the_proxys_drawing_is_compared_at_its_size(proxy):
    params = vectors(3)
    drawn = proxy({"params": params})["image"]
    larger = drawn.repeat_interleave(2, -1).repeat_interleave(2, -2)
    loss = build(pixels=2.0)
    assert loss({"soft_params": params}, {"image": larger}).item() == pytest.approx(0, abs=1e-6)
    black = torch.zeros(3, 3, 64, 64)
    expected = 2 * foreground_error(drawn, torch.zeros_like(drawn)).mean()
    torch.testing.assert_close(loss({"soft_params": params}, {"image": black}), expected)


def test_gradients_reach_the_soft_scene_and_not_the_proxy(proxy):
    params = vectors(2).clamp(0.1, 0.9).requires_grad_()
    build(perceptual=0.5, backbone="random")({"soft_params": params}, {"image": torch.rand(2, 3, 32, 32)}).backward()
    assert params.grad.ne(0).any(0).all()
    assert all(parameter.grad is None for parameter in proxy.parameters())


def test_the_perceptual_part_is_added(proxy):
    outputs, batch = {"soft_params": vectors(2)}, {"image": torch.rand(2, 3, 32, 32)}
    assert build(perceptual=0.5, backbone="random")(outputs, batch) > build()(outputs, batch)


def test_only_the_first_samples_are_looked_at(proxy):
    params, images = vectors(4), torch.rand(4, 3, 32, 32)
    few = build(samples=2)({"soft_params": params}, {"image": images})
    torch.testing.assert_close(few, build()({"soft_params": params[:2]}, {"image": images[:2]}))


def test_at_the_weight_zero_nothing_is_drawn(proxy):
    loss = build(weight=0.0)
    loss.proxy = None
    params = vectors(2).requires_grad_()
    value = loss({"soft_params": params}, {"image": torch.rand(2, 3, 32, 32)})
    value.backward()
    assert value == 0 and not params.grad.any()


def test_a_proxy_of_other_data_is_no_mistake(proxy):
    assert not any(getattr(module, "provenance_of_data", None) for module in build().modules())


def test_arguments_out_of_range(proxy):
    with pytest.raises(ValueError, match=r"ProxyError\.pixels: got -1, expected a number of at least 0"):
        build(pixels=-1)
    with pytest.raises(ValueError, match=r"ProxyError\.samples: got 0, expected at least 1, or None"):
        build(samples=0)
    with pytest.raises(ValueError, match=r"ProxyError\.backbone: got 'vgg'"):
        build(perceptual=1.0, backbone="vgg")
