"""InfoNCE from each image to its own counterpart."""

import math

import pytest
import torch

from stillhouse.losses import InstanceContrastive, instance_contrastive


def test_hand_value():
    eye = torch.eye(2, dtype=torch.float64)
    assert instance_contrastive(3 * eye, eye, 2.0).item() == pytest.approx(math.log(1 + math.exp(-2)))
    beside = torch.cat([eye, -eye[:1]])
    expected = (math.log(1 + math.exp(-2) + math.exp(-4)) + math.log(1 + 2 * math.exp(-2))) / 2
    assert instance_contrastive(eye, beside, 2.0).item() == pytest.approx(expected)


def test_the_pairing_counts_and_the_length_does_not():
    torch.manual_seed(0)
    rows = torch.randn(6, 5, dtype=torch.float64)
    assert instance_contrastive(rows, rows) < 0.1 < 1 < instance_contrastive(rows, rows.roll(1, 0))
    torch.testing.assert_close(instance_contrastive(7 * rows, rows), instance_contrastive(rows, rows))


def test_gradients():
    anchors = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    candidates = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(instance_contrastive, (anchors, candidates))


def test_by_config_and_refusals():
    outputs = {"a": torch.eye(2), "c": torch.eye(3)[:, :2]}
    loss = InstanceContrastive("a", "c", scale=2.0)
    assert loss(outputs, {}) == instance_contrastive(outputs["a"], outputs["c"], 2.0)
    with pytest.raises(ValueError, match=r"'a' of shape \(2, 2\) and 'c' of \(1, 2\), expected .* M at least B"):
        loss({**outputs, "c": torch.eye(2)[:1]}, {})
    with pytest.raises(ValueError, match=r"scale: got 0, expected a number above 0"):
        InstanceContrastive(scale=0)
