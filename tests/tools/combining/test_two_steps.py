"""A sample of the cross, in this process: every setting and every kind of distillation, over networks of all domains."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from stillhouse.tools.combining import two_steps as module
from stillhouse.tools.combining.cases import Case, folder_of
from stillhouse.tools.combining.crossing import Outcome, disagreements
from stillhouse.tools.combining.preparing import prepare
from stillhouse.tools.combining.two_steps import EveryStep, Found, digest, two_steps

SAMPLE = [
    ("MiniGPT", "no KD", ["EMA", "accumulation", "AMP"]),
    ("MiniGPT", "two teachers", ["EMA"]),
    ("GAT", "KD", ["EMA"]),
    ("ForwardModel", "KD", ["AMP"]),
    ("StrokePointClassifier", "two teachers", ["accumulation"]),
]


def trained(case: Case, root: Path) -> Found:
    shutil.rmtree(folder_of(case, root), ignore_errors=True)
    return two_steps(case, root)


@pytest.mark.parametrize(("network", "distillation", "settings"), SAMPLE)
def test_two_steps_with_and_without_a_setting(root: Path, network: str, distillation: str, settings: list[str]):
    prepare(network, str(root))
    plain = trained(Case(network, distillation), root)
    assert plain.faults == []
    for setting in settings:
        case = Case(network, distillation, setting)
        found = trained(case, root)
        assert found.faults + disagreements(case, [found], Outcome("ok", [], plain.loss, plain.weights)) == [], setting


def test_teachers_change_what_is_learned(root: Path):
    prepare("MiniGPT", str(root))
    assert len({trained(Case("MiniGPT", kind), root).weights for kind in ("no KD", "KD", "two teachers")}) == 3


def test_a_setting_that_is_not_there_is_seen(root: Path, monkeypatch):
    prepare("MiniGPT", str(root))
    plain = module.experiment_of
    monkeypatch.setattr(module, "experiment_of", lambda case, root: plain(Case("MiniGPT"), root))
    shutil.rmtree(folder_of(Case("MiniGPT"), root), ignore_errors=True)
    faults = two_steps(Case("MiniGPT", "KD", "together"), root).faults
    assert faults == [
        "0 teachers are there, expected 1",
        "the terms are loss, cross_entropy",
        "parts of a step: got 1, expected 2",
        "processes: got 1, expected 2",
        "averaged: got False, expected True",
        "precision: got fp32, expected bf16",
    ]


def test_losses_and_weights_that_are_not_finite_or_stand_still_are_seen(monkeypatch):
    network = nn.Linear(2, 2)
    nn.init.constant_(network.bias, float("nan"))
    steps = EveryStep()
    steps.after_train_iter(None, 0, [{}], {"loss": torch.tensor(float("inf"))})
    monkeypatch.setattr(module, "_distillation_faults", lambda *args: [])
    monkeypatch.setattr(module, "_setting_faults", lambda *args: [])
    learner = SimpleNamespace(network=network, parameters=network.parameters)
    found = module._judged(Case("MiniGPT"), SimpleNamespace(learner=learner), steps, digest(network))
    assert found.faults == [
        "1 steps were taken, expected 2", "step 1: loss is inf", "no weight has moved", "a weight is not finite",
    ]  # fmt: skip


def test_a_digest_tells_weights_apart_and_nothing_else():
    network = nn.Linear(2, 3).bfloat16()
    before = digest(network)
    assert digest(network) == before
    with torch.no_grad():
        network.weight[0, 0] += 1
    assert digest(network) != before
