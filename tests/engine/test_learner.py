"""One network, its named losses, and their sum."""

import copy

import pytest
import torch
from experiments import network
from torch import nn

from stillhouse.engine.learner import DeviceMover, Learner, sum_terms

BATCH = {"tokens": torch.zeros(2, 8, dtype=torch.long), "next_tokens": torch.ones(2, 8, dtype=torch.long)}


def learner(**weights: float) -> Learner:
    losses = {
        name: dict(type="CrossEntropy", logits="logits", target="next_tokens", weight=weight)
        for name, weight in weights.items()
    }
    return Learner(network(dropout=0.0), losses)


def test_the_total_is_the_weighted_sum_and_terms_are_named():
    model = learner(a=1.0, b=0.5)
    total = model(mode="loss", **BATCH)["loss"]
    (terms,) = model.terms
    assert set(terms) == {"loss", "a", "b"}
    assert terms["b"] == pytest.approx(0.5 * float(terms["a"]), rel=1e-6)
    assert total.item() == pytest.approx(1.5 * float(terms["a"]), rel=1e-6)
    assert total.requires_grad and not any(value.requires_grad for value in terms.values())


def test_modes():
    model = learner(a=1.0).eval()
    assert set(model(mode="tensor", **BATCH)) == {"logits"}
    assert set(model(mode="predict", **BATCH)) == {"logits", "nll"}
    assert model.terms == [], "only training leaves terms"


def test_transforms_stand_where_they_say():
    model = learner(a=1.0)
    seen = []
    model.input_transforms.append(lambda batch: seen.append("input") or batch)
    model.output_transforms.append(lambda outputs: seen.append("output") or outputs)
    model(mode="loss", **BATCH)
    assert seen == ["input", "output"]


def test_a_sum_without_a_constant_in_it():
    x = torch.tensor(2.0, requires_grad=True)
    assert sum_terms({"a": x}) is x
    assert sum_terms({"a": x, "b": 3 * x}).item() == 8.0


def test_batches_are_moved_with_whatever_they_hold():
    mover = DeviceMover()
    mover._device = torch.device("meta")
    moved = mover({"a": torch.zeros(1), "b": {"c": torch.zeros(1)}, "d": "text"})
    assert moved["a"].device.type == moved["b"]["c"].device.type == "meta" and moved["d"] == "text"


def test_a_copy_has_the_same_weights():
    model = learner(a=1.0)
    assert all(torch.equal(a, b) for a, b in zip(copy.deepcopy(model).parameters(), model.parameters()))
    assert isinstance(model.losses, nn.ModuleDict)


def test_what_a_loss_observes_stands_in_the_log_and_not_in_the_total():
    model = learner(a=1.0)
    before = model(mode="loss", **BATCH)["loss"]
    model.losses["a"].observed = {"seen": torch.tensor(7.0)}  # type: ignore[assignment]
    after = model(mode="loss", **BATCH)["loss"]
    assert torch.equal(before, after) and model.terms[-1]["seen"] == 7 and "seen" not in model.terms[0]
