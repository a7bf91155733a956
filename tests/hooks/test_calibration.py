"""Thresholds from benign validation data."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from stillhouse.hooks import CalibrationHook


class Data:
    """Sample i is the number i; every third is an attack."""

    def __init__(self, count: int = 10, attacks: bool = False) -> None:
        self.labels = torch.ones(count).long() if attacks else (torch.arange(count) % 3 == 2).long()

    def __getitems__(self, indices) -> dict:
        return {"x": torch.tensor(list(indices)).float(), "name": "no column"}


class Detector(nn.Module):
    """Remembers what it was calibrated on."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.seen: tuple = ()

    def prepare(self, batch: dict) -> dict:
        return {**batch, "double": 2 * batch["x"]}

    def calibrate(self, benign: dict, target_fpr: float) -> None:
        self.seen = (benign["double"].tolist(), set(benign), target_fpr)


def run(network: nn.Module, validation: Data | None, iteration: int = 0, training: Data | None = None) -> list[str]:
    said: list[str] = []
    loops = [
        data and SimpleNamespace(dataloader=SimpleNamespace(dataset=data)) for data in (training or Data(4), validation)
    ]
    runner = SimpleNamespace(
        iter=iteration, learner=SimpleNamespace(network=network), train_loop=loops[0], val_loop=loops[1],
        logger=SimpleNamespace(warning=said.append, info=said.append),
    )  # fmt: skip
    CalibrationHook(target_fpr=0.25, batch_size=4).before_train(runner)
    return said


def test_benign_validation_samples_alone():
    network = Detector()
    said = run(network, Data())
    assert network.seen == ([0.0, 2.0, 6.0, 8.0, 12.0, 14.0, 18.0], {"x", "double"}, 0.25)
    assert said == ["calibrated on 7 benign samples at a false-positive rate of 0.25"]


def test_a_resumed_run_keeps_what_it_has():
    network = Detector()
    assert run(network, Data(), iteration=1) == [] and network.seen == ()


def test_without_validation_the_log_warns():
    network = Detector()
    said = run(network, None)
    assert network.seen[0] == [0.0, 2.0, 6.0] and "thresholds are fitted to training data and too low" in said[0]


def test_refusals():
    with pytest.raises(ValueError, match=r"CalibrationHook: Linear has no calibrate\(benign, target_fpr\)"):
        run(nn.Linear(1, 1), Data())
    with pytest.raises(ValueError, match="the validation data hold no benign sample"):
        run(Detector(), Data(attacks=True))
    with pytest.raises(ValueError, match=r"CalibrationHook\.target_fpr: got 1, expected a share in \[0, 1\)"):
        CalibrationHook(target_fpr=1)
