"""Means of predicted terms."""

import pytest
import torch

from stillhouse.engine.evaluation import TermMean
from stillhouse.registry import METRICS


def test_mean_over_samples_not_over_batches():
    metric = METRICS.build(dict(type="TermMean", names=["difficulty", "kl"], prefix="val"))
    metric.process(
        {"index": torch.tensor([0, 1, 2])}, {"difficulty": torch.tensor([1.0, 2.0, 3.0]), "kl": torch.tensor(1.0)}
    )
    metric.process({"index": torch.tensor([3])}, {"difficulty": torch.tensor([10.0]), "kl": torch.tensor(5.0)})
    assert metric.evaluate(4) == {"val/difficulty": 4.0, "val/kl": 2.0}


def test_repeated_samples_count_once():
    metric = TermMean(["difficulty"])
    metric.process({"index": torch.tensor([0, 1, 1])}, {"difficulty": torch.tensor([1.0, 3.0, 3.0])})
    assert metric.evaluate(2) == {"difficulty": 2.0}


def test_whole_numbers_have_a_mean_too():
    metric = TermMean(["hits"])
    metric.process({"index": torch.tensor([0, 1])}, {"hits": torch.tensor([0, 1])})
    assert metric.evaluate(2) == {"hits": 0.5}


def test_declared_names_come_from_the_config():
    assert TermMean.declared({"names": ["difficulty", "kl"]}) == ("difficulty", "kl")
    assert TermMean.declared({}) == ()


@pytest.mark.parametrize("names", [[], "difficulty"])
def test_names_must_be_a_list(names):
    with pytest.raises(ValueError, match=r"TermMean.names: got .*, expected a list of outputs"):
        TermMean(names)


def test_an_unknown_output_names_the_nearest():
    with pytest.raises(KeyError, match=r"has no 'dificulty'. Did you mean 'difficulty'\?"):
        TermMean(["dificulty"]).process({"index": torch.tensor([0])}, {"difficulty": torch.ones(1)})
