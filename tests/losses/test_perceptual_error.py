"""LPIPS of an output image."""

import sys

import pytest
import torch

from stillhouse.losses import PerceptualError


@pytest.fixture(scope="module")
def loss() -> PerceptualError:
    return PerceptualError(backbone="random")


def images(shift: int) -> torch.Tensor:
    image = torch.zeros(2, 3, 64, 64)
    image[:, :, 10 + shift : 14 + shift] = 1
    return image


def test_equal_images_are_at_no_distance_and_others_are(loss):
    target = {"image": images(0)}
    assert loss({"image": images(0)}, target) == 0
    assert 0 < loss({"image": images(1)}, target) < loss({"image": images(30)}, target)


def test_gradients_reach_the_image_and_not_the_network(loss):
    image = images(5).requires_grad_()
    loss({"image": image}, {"image": images(0)}).backward()
    assert image.grad.abs().sum() > 0
    assert not loss.state_dict() and not list(loss.parameters())


def test_at_the_weight_zero_it_is_not_computed():
    loss = PerceptualError(backbone="random", weight=0.0)
    loss._held.clear()
    image = images(5).requires_grad_()
    value = loss({"image": image}, {"image": images(0)})
    value.backward()
    assert value == 0 and not image.grad.any()


def test_it_says_what_it_measures(loss):
    assert loss.measure == "random AlexNet features (no LPIPS)"


def test_what_it_needs(monkeypatch):
    with pytest.raises(ValueError, match=r"PerceptualError\.backbone: got 'vgg', expected 'alex' or 'random'"):
        PerceptualError(backbone="vgg")
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(ImportError, match=r'PerceptualError needs.*pip install "stillhouse\[scene\]"'):
        PerceptualError(backbone="random")
