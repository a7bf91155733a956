"""The perceptual distance between drawings."""

import sys
from urllib.error import URLError

import pytest
import torch

from stillhouse.losses import RenderedLPIPS, build_lpips


def sketch(shift: float = 0.0, count: int = 4) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(2, count, 4, 2, generator=generator) * 0.4 + shift


@pytest.fixture(scope="module")
def loss() -> RenderedLPIPS:
    return RenderedLPIPS(backbone="random")


def value(loss: RenderedLPIPS, found: torch.Tensor) -> torch.Tensor:
    return loss({"strokes_estimate": found}, {"strokes": sketch()})


def test_the_same_drawing_is_at_no_distance_and_others_are(loss):
    assert value(loss, sketch()).item() == 0.0
    assert 0 < value(loss, sketch(0.02)).item() < value(loss, sketch(0.3)).item()


def test_gradients_reach_the_strokes_and_not_the_network(loss):
    found = sketch(0.1).requires_grad_()
    value(loss, found).backward()
    assert found.grad is not None and found.grad.abs().sum() > 0
    assert not any(parameter.requires_grad for parameter in loss._held[0].parameters())


def test_the_network_is_no_part_of_the_state_and_stays_in_evaluation(loss):
    loss.train()
    assert not loss.state_dict() and not list(loss.parameters())
    assert not any(module.training for module in loss._held[0].modules())


def test_it_changes_precision_with_its_owner():
    converted = torch.nn.ModuleList([RenderedLPIPS(backbone="random")]).double()
    assert next(converted[0]._held[0].parameters()).dtype == torch.float64


def test_random_features_depend_on_the_seed_alone():
    before = torch.get_rng_state()
    first, again = RenderedLPIPS(backbone="random"), RenderedLPIPS(backbone="random")
    assert torch.equal(before, torch.get_rng_state())
    assert value(first, sketch(0.1)) == value(again, sketch(0.1))
    assert value(first, sketch(0.1)) != value(RenderedLPIPS(backbone="random", seed=1), sketch(0.1))


def test_the_imagenet_weights_are_those_that_count(monkeypatch):
    """The real loading code, with weights of its own in place of the download."""
    from torchvision.models import _api, alexnet

    weights = alexnet().state_dict()
    monkeypatch.setattr(_api, "load_state_dict_from_url", lambda *args, **more: weights)
    network = build_lpips("alex")
    assert torch.equal(network.net.slice1[0].weight, weights["features.0.weight"])
    assert network.lpips and network.lin0.model[-1].weight.min() >= 0, "the calibrated layers, which are never negative"
    distance = network(torch.zeros(1, 3, 64, 64), torch.ones(1, 3, 64, 64))
    assert distance.shape == (1, 1, 1, 1) and distance > 0


def test_without_the_weights_it_says_what_to_do(monkeypatch, tmp_path):
    def refuse(*args, **more):
        raise URLError("no route")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "urlopen", refuse)
    with pytest.raises(RuntimeError, match=r'no route.*Run it once where.*set TORCH_HOME.*backbone="random"'):
        RenderedLPIPS()


def test_without_the_package_it_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(ImportError, match=r'pip install "stillhouse\[sketch\]"'):
        RenderedLPIPS(backbone="random")


def test_an_unknown_backbone():
    with pytest.raises(ValueError, match=r"RenderedLPIPS\.backbone: got 'vgg', expected 'alex' or 'random'"):
        RenderedLPIPS(backbone="vgg")
