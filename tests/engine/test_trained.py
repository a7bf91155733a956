"""A trained network from a run's folder, a checkpoint or a published file."""

from pathlib import Path

import pytest
import torch
from experiments import everything, newest, train

from stillhouse.engine.checkpoint import chosen
from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.publish import publish
from stillhouse.engine.trained import find_checkpoint, load_trained


@pytest.fixture(scope="module")
def run(teacher, tmp_path_factory) -> Path:
    """The folder of a run with averaged weights."""
    import experiments

    folder = tmp_path_factory.mktemp("trained")
    path = experiments.write_config(folder, **everything(teacher, train_cfg=dict(type="TrainLoop", max_iters=3)))
    train(path, folder / "run")
    return folder / "run"


@pytest.mark.parametrize("raw", [False, True])
def test_averaged_or_raw_weights_of_a_run(run: Path, raw: bool):
    found = load_trained(run, raw=raw)
    expected = newest(run)["state_dict" if raw else "ema"]
    assert all(torch.equal(value, expected[f"network.{key}"]) for key, value in found.network.state_dict().items())
    assert not found.network.training and found.file == chosen(run)
    assert found.meta["iter"] == 3 and found.meta["network"]["type"] == type(found.network).__name__


def test_a_published_file_is_the_same_network(run: Path, tmp_path: Path):
    file = publish(run, tmp_path / "network.pth")
    state, whole = load_trained(file).network.state_dict(), load_trained(chosen(run)).network.state_dict()
    assert all(torch.equal(value, whole[key]) for key, value in state.items())
    with pytest.raises(CheckpointError, match="holds one kind of weights; leave out --raw"):
        load_trained(file, raw=True)


def test_nothing_there(tmp_path: Path):
    for path in (tmp_path, tmp_path / "absent.pth"):
        with pytest.raises(CheckpointError, match="holds no checkpoint; train it first, or name a checkpoint"):
            find_checkpoint(path)
