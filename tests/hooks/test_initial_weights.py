"""Beginning with another run's weights."""

from pathlib import Path

import pytest
import torch
from experiments import StopAt, network, newest, optimizer, train

from stillhouse.engine.checkpoint import network_state

SAME = network(width=12, kind="LatentGPT")


def student(config, teacher: Path, shape: dict = SAME, **more) -> Path:
    losses = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))
    hook = dict(type="InitialWeightsHook", source=dict(config=str(teacher), checkpoint="auto"))
    model = dict(type="Learner", network=shape, losses=losses)
    return config(model=model, custom_hooks=[hook], **more)


def test_training_begins_where_the_other_run_ended(config, teacher, tmp_path: Path):
    runner = train(student(config, teacher, optim_wrapper=optimizer(lr=0.0)), tmp_path / "run", stop=StopAt(1))
    source = network_state(newest(teacher.parent / "runs" / "teacher"))
    begun = runner.model.network.state_dict()
    assert begun.keys() == source.keys() and all(torch.equal(begun[name], source[name]) for name in source)


def test_a_resumed_run_keeps_its_own(config, teacher, tmp_path: Path):
    path = student(config, teacher)
    whole = train(path, tmp_path / "whole").model.network.state_dict()
    train(path, tmp_path / "cut", stop=StopAt(4))
    cut = train(path, tmp_path / "cut", resume=True).model.network.state_dict()
    assert all(torch.equal(whole[name], cut[name]) for name in whole)


def test_another_network_is_refused(config, teacher, tmp_path: Path):
    with pytest.raises(ValueError, match=r"trains another network: .* Give both configs the same network arguments"):
        train(student(config, teacher, network(width=8, kind="LatentGPT")), tmp_path / "run")
