"""Accuracy, overall and of the worst class."""

import pytest
import torch

from stillhouse.engine.evaluation import Accuracy
from stillhouse.registry import METRICS


def process(metric: Accuracy, predicted: list[int], label: list[int], classes: int = 3) -> None:
    logits = torch.nn.functional.one_hot(torch.tensor(predicted), classes).float()
    batch = {"index": torch.arange(len(label)), "label": torch.tensor(label)}
    metric.process(batch, {"logits": logits})


def test_by_hand():
    metric = METRICS.build(dict(type="Accuracy", prefix="judge"))
    process(metric, [0, 0, 1, 1, 1, 2], [0, 0, 0, 0, 1, 2])
    assert metric.evaluate(6) == {"judge/accuracy": 4 / 6, "judge/worst_class": 0.5}
    assert metric.floors == {"accuracy": 1 / 3}


def test_a_class_that_does_not_occur_is_no_worst_one():
    metric = Accuracy()
    process(metric, [0, 1], [0, 1], classes=10)
    assert metric.evaluate(2) == {"accuracy": 1.0, "worst_class": 1.0} and Accuracy.names == tuple(metric.names)


def test_what_it_refuses():
    metric, batch = Accuracy(), {"index": torch.arange(2), "label": torch.tensor([0, 3])}
    with pytest.raises(
        ValueError, match=r"'label' runs from 0 to 3, expected labels from 0 to 2. Give the network as many"
    ):
        metric.process(batch, {"logits": torch.zeros(2, 3)})
    with pytest.raises(ValueError, match=r"'logits' has the shape \(2,\), expected \(B, classes\)"):
        metric.process(batch, {"logits": torch.zeros(2)})
