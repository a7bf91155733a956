"""A network that holds others, without the files those came from."""

from pathlib import Path

import pytest
import torch
from experiments import network, train, write_config
from torch import nn

from stillhouse.engine.checkpoint import load_strictly
from stillhouse.engine.companions import as_recorded
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.self_contained import self_contained
from stillhouse.models import Network
from stillhouse.registry import MODELS


@MODELS.register_module(force=True)
class Holder(Network):
    """A layer of its own beside another config's network."""

    companions = ("inner",)

    def __init__(self, inner: dict) -> None:
        super().__init__()
        self.own = nn.Linear(2, 2)
        self.inner = MODELS.build({"type": "FrozenModel", **inner} if "config" in inner else inner)


@pytest.fixture
def trained(config, tmp_path: Path) -> dict:
    """A reference to a small trained network."""
    path = config(train_cfg=dict(type="TrainLoop", max_iters=1))
    train(path, tmp_path / "run")
    return dict(config=str(path), checkpoint=str(tmp_path / "run" / "iter_1.pth"))


def test_references_become_what_they_name(trained: dict):
    cfg = dict(type="Holder", inner=trained)
    holder = MODELS.build(cfg)
    built, state = self_contained(cfg, holder.state_dict())
    assert built["inner"]["type"] == "MiniGPT" and cfg["inner"] is trained
    assert set(holder.state_dict()) == {"own.weight", "own.bias"}
    alone = MODELS.build(built)
    load_strictly(alone, state, "the copy")
    for one, other in zip(alone.inner.parameters(), holder.inner.network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_networks_in_networks(trained: dict, config, tmp_path: Path):
    model = dict(type="Learner", network=dict(type="Holder", inner=trained), losses={})
    meta = dict(config=dict(model=model), config_file="student.py")
    outer = MODELS.build(model["network"])
    state = {f"network.{key}": value for key, value in outer.state_dict().items()}
    file = tmp_path / "outer.pth"
    torch.save({"format": "stillhouse", "version": 1, "state_dict": state, "meta": meta}, file)
    both = dict(type="Holder", inner=dict(config=trained["config"], checkpoint=str(file)))
    built, found = self_contained(both, MODELS.build(both).state_dict())
    assert built["inner"]["inner"]["type"] == "MiniGPT"
    load_strictly(MODELS.build(built), found, "the copy")


def test_a_network_that_holds_none_is_left_alone():
    cfg, state = network(), {"a": torch.zeros(1)}
    assert self_contained(cfg, state) == (cfg, state)


def test_a_reference_to_a_file_that_is_gone(trained: dict):
    with pytest.raises(CheckpointError, match=r"gone\.pth: no such checkpoint"):
        self_contained(dict(type="Holder", inner={**trained, "checkpoint": "gone.pth"}), {})


def test_a_run_is_tested_with_the_files_it_was_trained_with(trained: dict, tmp_path: Path):
    reference = dict(config=trained["config"], checkpoint="auto")
    path = write_config(
        tmp_path, "holder", model=dict(type="Learner", network=dict(type="Holder", inner=reference), losses={})
    )
    experiment = load_config(path)

    def recorded(checkpoint: str) -> str:
        cfg = dict(model=dict(network=dict(inner=dict(reference, checkpoint=checkpoint))))
        return as_recorded(experiment, cfg).cfg.model.network.inner.checkpoint

    assert recorded(trained["checkpoint"]) == trained["checkpoint"]
    assert recorded("gone.pth") == "auto" and as_recorded(experiment, {}).cfg.model.network.inner.checkpoint == "auto"
    assert experiment.cfg.model.network.inner.checkpoint == "auto", "the config that was given is left alone"
