"""Losses that begin later than the others."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from experiments import StopAt, losses_of, network, train
from torch import nn

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.hooks import LossWarmupHook
from stillhouse.hooks.loss_warmup import warmup_factor

CROSS_ENTROPY = dict(type="CrossEntropy", logits="logits", target="next_tokens")
MODEL = dict(
    type="Learner", network=network(dropout=0.0), losses=dict(first=CROSS_ENTROPY, late=dict(CROSS_ENTROPY, weight=3.0))
)


def warmed_up(begin: int = 2, length: int = 4) -> dict:
    return dict(type="LossWarmupHook", warmup=dict(late=dict(begin=begin, length=length)))


@pytest.mark.parametrize(
    ("iteration", "expected"), [(0, 0.0), (200, 0.0), (199, 0.0), (275, 0.25), (499, 299 / 300), (500, 1.0), (900, 1.0)]
)
def test_the_factor_rises_linearly(iteration: int, expected: float):
    assert warmup_factor(iteration, 200, 300) == pytest.approx(expected)


def test_without_a_length_it_is_a_step():
    assert [warmup_factor(i, 2, 0) for i in range(4)] == [0.0, 0.0, 1.0, 1.0]
    assert warmup_factor(0, 0, 0) == 1.0


def test_a_run_weighs_its_terms_by_the_iteration(config, tmp_path: Path):
    log = dict(checkpoint=dict(interval=3, by_epoch=False), log=dict(interval=1))
    path = config(model=MODEL, custom_hooks=[warmed_up()], default_hooks=log)
    runner = train(path, tmp_path / "run")
    first, late = (losses_of(tmp_path / "run", f"train/{name}") for name in ("first", "late"))
    for step in first:  # step 1 is iteration 0
        assert late[step] == pytest.approx(3.0 * min(1.0, max(0.0, (step - 1 - 2) / 4)) * first[step], rel=1e-4)
    assert late[3] == 0.0 < late[4] and runner.model.losses["late"].weight == 3.0


def test_a_resumed_run_goes_on_exactly(config, tmp_path: Path):
    path = config(model=MODEL, custom_hooks=[warmed_up()], default_hooks=dict(log=dict(interval=1)))
    train(path, tmp_path / "whole")
    train(path, tmp_path / "cut", stop=StopAt(4))
    train(path, tmp_path / "cut", resume=True)
    whole, cut = (losses_of(tmp_path / name, "train/late") for name in ("whole", "cut"))
    assert whole == cut and len(whole) > 6


def test_a_name_that_is_no_loss_is_refused_by_the_check(config):
    hook = dict(type="LossWarmupHook", warmup=dict(lat=dict(begin=2)))
    assert check(load_config(config(model=MODEL, custom_hooks=[hook]))) == [
        "custom_hooks.0.warmup: 'lat' is not in the losses of the model: 'first', 'late'. Did you mean 'late'?"
    ]
    assert check(load_config(config("fine", model=MODEL, custom_hooks=[warmed_up()]))) == []


def test_a_name_that_is_no_loss_is_refused_at_the_start():
    runner = SimpleNamespace(learner=SimpleNamespace(losses=nn.ModuleDict({"late": nn.Identity()})))
    with pytest.raises(KeyError, match=r"LossWarmupHook\.warmup: 'lat' is no loss .* there are 'late'\. Did you mean"):
        LossWarmupHook({"lat": {}}).before_train(runner)


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (dict(start=1), r"LossWarmupHook\.warmup\.late: got the key 'start', expected 'begin' and 'length'"),
        (dict(begin=-1), r"LossWarmupHook\.warmup\.late\.begin: got -1, expected iterations, at least 0"),
        (dict(length=0.5), r"LossWarmupHook\.warmup\.late\.length: got 0\.5, expected iterations"),
    ],
)
def test_spans_out_of_place(span: dict, message: str):
    with pytest.raises(ValueError, match=message):
        LossWarmupHook({"late": span})
