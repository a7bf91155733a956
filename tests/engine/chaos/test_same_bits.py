"""States compared bit for bit."""

import math

import pytest
import torch

from stillhouse.engine.chaos.same_bits import differences

STATE = {"w": torch.tensor([1.0, 0.0]), "step": torch.tensor(3), "l": [1, {"x": 2.0}], "none": None}


def test_equal_states_and_nan():
    assert differences(STATE, {**STATE, "w": STATE["w"].clone()}) == []
    assert differences({"a": math.nan}, {"a": math.nan}) == []
    assert differences(torch.tensor([math.nan]), torch.tensor([math.nan])) == []


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("w", torch.tensor([1.0, -0.0]), ".w"),
        ("w", torch.tensor([1.0, 0.0, 0.0]), ".w"),
        ("w", torch.tensor([1.0, 0.0], dtype=torch.float64), ".w"),
        ("w", torch.tensor([1.0, 1e-45]), ".w"),
        ("step", torch.tensor(4), ".step"),
        ("l", [1, {"x": 2.5}], ".l[1].x"),
        ("l", [1], ".l"),
        ("none", 0, ".none"),
        ("more", 1, ".more"),
    ],
)
def test_the_least_difference_is_named(key: str, value, where: str):
    assert differences(STATE, {**STATE, key: value}) == [where]
