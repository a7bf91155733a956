"""A part of the network that is held still at first."""

from pathlib import Path

import experiments
import pytest
import torch
from experiments import StopAt, assert_same, losses_of, newest, train
from mmengine.hooks import Hook

from stillhouse.hooks import FreezeHook

PART = "network.embedding"


class Watch(Hook):
    """Copies the part's weights, its mode and its gradients, epoch by epoch."""

    def __init__(self) -> None:
        self.weights, self.modes, self.rates = [], [], []

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        part = runner.model.network.embedding
        self.weights.append((runner.epoch, part.weight.detach().clone()))
        self.modes.append((runner.epoch, part.training))
        self.rates = sorted({group["lr"] for group in runner.optim_wrapper.optimizer.param_groups})


def changes(**more) -> dict:
    wrapper = {**experiments.optimizer(), "paramwise_cfg": dict(custom_keys={PART: dict(lr_mult=0.1)})}
    return {"optim_wrapper": wrapper, "custom_hooks": [dict(type="FreezeHook", module=PART, epochs=1, **more)]}


def test_it_is_held_for_its_epochs_and_then_learns_at_a_tenth(config, tmp_path: Path):
    watch = Watch()
    train(config(**changes()), tmp_path / "run", hooks=(watch,))
    held = [weight for epoch, weight in watch.weights if epoch == 0]
    free = [weight for epoch, weight in watch.weights if epoch == 1]
    assert len(held) > 1 and len(free) > 1
    assert all(torch.equal(weight, held[0]) for weight in held)
    assert not torch.equal(free[-1], held[0])
    assert {(epoch, mode) for epoch, mode in watch.modes} == {(0, False), (1, True)}
    assert watch.rates == pytest.approx([0.001, 0.01])


def test_the_part_is_trainable_afterwards(config, tmp_path: Path):
    runner = train(config(**changes(), train_cfg=dict(type="TrainLoop", max_epochs=1)), tmp_path / "run")
    assert runner.model.network.embedding.weight.requires_grad


def test_a_resumed_run_goes_on_exactly(config, tmp_path: Path):
    path = config(**changes(), default_hooks=dict(checkpoint=dict(interval=1, by_epoch=False), log=dict(interval=1)))
    train(path, tmp_path / "whole")
    train(path, tmp_path / "cut", stop=StopAt(3))
    train(path, tmp_path / "cut", resume=True)
    assert losses_of(tmp_path / "whole") == losses_of(tmp_path / "cut")
    assert_same(newest(tmp_path / "whole"), newest(tmp_path / "cut"), ("state_dict", "optimizer"))


def test_a_part_that_is_not_there(config, tmp_path: Path):
    hook = dict(type="FreezeHook", module="network.embeding")
    with pytest.raises(
        KeyError, match=r"the learner has no part 'network\.embeding'\. Did you mean 'network\.embedding'"
    ):
        train(config(custom_hooks=[hook]), tmp_path / "run")


def test_a_negative_number_of_epochs():
    with pytest.raises(ValueError, match=r"FreezeHook\.epochs: got -1, expected at least 0"):
        FreezeHook(epochs=-1)
