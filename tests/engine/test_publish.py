"""A network as one small file."""

from pathlib import Path

import pytest
import torch
from experiments import everything, newest, train

from stillhouse.engine.checkpoint import chosen, read_checkpoint
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import CheckpointError, ConfigError
from stillhouse.engine.publish import load_network, publish
from stillhouse.engine.testing import test as measure


@pytest.fixture(scope="module")
def run(teacher, tmp_path_factory) -> Path:
    """The folder of a distilled run with averaged weights."""
    import experiments

    folder = tmp_path_factory.mktemp("published")
    path = experiments.write_config(folder, **everything(teacher, train_cfg=dict(type="TrainLoop", max_iters=3)))
    train(path, folder / "run")
    return folder / "run"


@pytest.mark.parametrize("raw", [False, True])
def test_the_network_goes_round_alone(run: Path, tmp_path: Path, raw: bool):
    network = load_network(publish(run, tmp_path / "network.pth", raw=raw))
    expected = newest(run)["state_dict" if raw else "ema"]
    state = network.state_dict()
    assert all(torch.equal(value, expected[f"network.{key}"]) for key, value in state.items())
    content = read_checkpoint(tmp_path / "network.pth")
    assert set(content) == {"format", "version", "published", "state_dict"}
    assert set(content["state_dict"]) == set(state), "neither teacher nor projection"
    assert not network.training and network.published["iter"] == 3 and network.published["config_file"] == "student.py"


def test_a_checkpoint_can_be_named(run: Path, tmp_path: Path):
    by_name = load_network(publish(chosen(run), tmp_path / "a.pth"))
    by_folder = load_network(publish(run, tmp_path / "b.pth"))
    assert all(torch.equal(a, b) for a, b in zip(by_name.parameters(), by_folder.parameters()))


def test_a_folder_without_a_checkpoint(tmp_path: Path):
    with pytest.raises(CheckpointError, match="holds no checkpoint; train it first"):
        publish(tmp_path, tmp_path / "out.pth")


def test_a_training_checkpoint_is_not_a_published_network(run: Path):
    with pytest.raises(CheckpointError, match=r"is a training checkpoint; extract its network with tools/publish\.py"):
        load_network(chosen(run))


def test_a_published_file_cannot_be_published_again(run: Path, tmp_path: Path):
    published = publish(run, tmp_path / "network.pth")
    with pytest.raises(CheckpointError, match=r"network\.pth: is a published network already"):
        publish(published, tmp_path / "again.pth")


def test_testing_without_test_data_says_so(config):
    with pytest.raises(ConfigError, match=r"student\.py: has no test_dataloader"):
        measure(load_config(config()))


def test_testing_measures_the_averaged_network(config, tmp_path: Path):
    changes = dict(
        custom_hooks=[dict(type="EMAHook", decay=0.9)], train_cfg=dict(type="TrainLoop", max_epochs=1),
        test_dataloader=dict(batch_size=8, dataset=dict(type="TextFile", path="${text_file}", split="val", context=8)),
        test_evaluator=[dict(type="TermMean", names=["nll"])], test_cfg=dict(type="TestLoop"),
    )  # fmt: skip
    experiment = load_config(config(**changes))
    with pytest.raises(CheckpointError, match="holds no checkpoint; train it first, or name one with --checkpoint"):
        measure(experiment)
    runner = train(experiment)
    report = measure(load_config(experiment.path))
    assert report["metrics"]["nll"] == pytest.approx(runner.metrics["nll"], rel=1e-6)
    assert Path(report["path"]).is_file() and report["checkpoint"].endswith("iter_5.pth")
