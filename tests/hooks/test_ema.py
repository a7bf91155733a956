"""Averaged weights beside the raw ones."""

from pathlib import Path

import pytest
import torch
from experiments import newest, train
from mmengine.hooks import Hook

from stillhouse.hooks import EMAHook


class Steps(Hook):
    """Keeps the weights after every step, and those that validation sees."""

    priority = "LOWEST"

    def __init__(self, key: str = "head.weight") -> None:
        self.key, self.raw, self.validated = key, [], []

    def _now(self, runner) -> torch.Tensor:
        return runner.model.network.state_dict()[self.key].clone()

    def before_train(self, runner) -> None:
        self.raw.append(self._now(runner))

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.raw.append(self._now(runner))

    def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.validated.append(self._now(runner))


def run(config, folder: Path, hook: dict) -> tuple[Steps, dict]:
    steps = Steps()
    path = config(custom_hooks=[hook], train_cfg=dict(type="TrainLoop", max_iters=6, val_interval=6))
    train(path, folder, hooks=(steps,))
    return steps, newest(folder)


@pytest.mark.parametrize("warmup", [0.0, 4.0])
def test_the_average_follows_its_recursion(config, tmp_path: Path, warmup: float):
    steps, content = run(config, tmp_path / "run", dict(type="EMAHook", decay=0.5, warmup=warmup))
    average = steps.raw[0]
    for n, weights in enumerate(steps.raw[1:]):
        decay = min(0.5, (1 + n) / (warmup + n)) if warmup else 0.5
        average = decay * average + (1 - decay) * weights
    torch.testing.assert_close(content["ema"]["network.head.weight"], average, rtol=1e-5, atol=1e-7)
    assert torch.equal(content["state_dict"]["network.head.weight"], steps.raw[-1])
    assert not torch.equal(average, steps.raw[-1])


def test_warm_up_rates_by_hand():
    hook = EMAHook(decay=0.999, warmup=10.0)
    rates = []
    for hook.steps in (0, 1, 90, 10**6):
        rates.append(hook.rate())
    assert rates == pytest.approx([1 / 10, 2 / 11, 91 / 100, 0.999])


def test_validation_sees_the_average_and_leaves_the_raw_weights(config, tmp_path: Path):
    steps, content = run(config, tmp_path / "run", dict(type="EMAHook", decay=0.9))
    assert torch.equal(steps.validated[0], content["ema"]["network.head.weight"])
    assert torch.equal(content["state_dict"]["network.head.weight"], steps.raw[-1])


def test_validation_of_the_raw_weights(config, tmp_path: Path):
    steps, _ = run(config, tmp_path / "run", dict(type="EMAHook", decay=0.9, validate=False))
    assert torch.equal(steps.validated[0], steps.raw[-1])


def test_averaging_leaves_training_as_it_is(config, tmp_path: Path):
    averaged, _ = run(config, tmp_path / "averaged", dict(type="EMAHook", decay=0.9))
    plain = Steps()
    train(config(train_cfg=dict(type="TrainLoop", max_iters=6, val_interval=2)), tmp_path / "plain", hooks=(plain,))
    assert all(torch.equal(a, b) for a, b in zip(averaged.raw, plain.raw, strict=True))


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_decay_out_of_range(decay: float):
    with pytest.raises(ValueError, match=rf"EMAHook\.decay: got {decay}, expected a number in \[0, 1\)"):
        EMAHook(decay=decay)
