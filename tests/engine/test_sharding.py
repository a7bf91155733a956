"""Parameters cut over processes train what whole ones train, and leave the same checkpoints."""

import shutil
from pathlib import Path

import pytest
import torch
from experiments import StopAt, assert_same, distillation, loader, losses_of, network, newest, train
from ranks import run_ranks
from torch import distributed as dist
from torch import nn

from stillhouse.engine.errors import StillhouseError
from stillhouse.engine.sharding import FSDP2, gathered, is_sharded, spread

CUT = dict(type="FSDP2", units=["TransformerEncoderLayer"])
LOSSES = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))
STOP = 5


def changes(teacher: Path, accumulate: int, wrapper: dict | None = None) -> dict:
    """Twelve steps of 12 samples in two processes with 2, or one with 4 parts each; no dropout, and SGD, because Adam magnifies a
    difference in a small gradient's last digit."""
    return {
        "model": dict(type="Learner", network=network(dropout=0.0, kind="LatentGPT"), losses=LOSSES),
        "train_dataloader": loader("train", batch_size=3, drop_last=True),
        "optim_wrapper": dict(
            type="EngineOptimWrapper", optimizer=dict(type="SGD", lr=0.3, momentum=0.8), accumulative_counts=accumulate,
            clip_grad=dict(max_norm=0.5),
        ),
        "custom_hooks": [distillation(teacher), dict(type="EMAHook", decay=0.9)],
        "param_scheduler": [dict(type="CosineAnnealingLR", by_epoch=False, convert_to_iter_based=False, T_max=20)],
        "train_cfg": dict(type="TrainLoop", max_epochs=4),
        "default_hooks": dict(log=dict(interval=1), checkpoint=dict(interval=1, by_epoch=False)),
        "model_wrapper_cfg": wrapper,
    }  # fmt: skip


@pytest.fixture(scope="module")
def runs(teacher, tmp_path_factory) -> Path:
    """``one`` process with whole weights, and two with ``cut`` ones; each also stopped and gone on by itself and by the other."""
    from experiments import write_config

    folder = tmp_path_factory.mktemp("sharding")
    whole, cut = (write_config(folder, name, **changes(teacher, *more)) for name, *more in (("w", 4), ("c", 2, CUT)))
    train(whole, folder / "one")
    train(whole, folder / "one_then_cut", stop=StopAt(STOP))
    run_ranks(cut, folder / "one_then_cut", resume=True)
    run_ranks(cut, folder / "cut")
    run_ranks(cut, folder / "cut_twice", stop=STOP)
    shutil.copytree(folder / "cut_twice", folder / "cut_then_one")
    run_ranks(cut, folder / "cut_twice", resume=True)
    train(whole, folder / "cut_then_one", resume=True)
    return folder


@pytest.mark.parametrize("name", ["cut", "one_then_cut", "cut_then_one"])
def test_cut_parameters_train_as_whole_ones(runs: Path, name: str):
    one, other = newest(runs / "one"), newest(runs / name)
    assert one["meta"]["iter"] == other["meta"]["iter"] == 12
    assert list(one["state_dict"]) == list(other["state_dict"])
    for key, value in one["state_dict"].items():
        torch.testing.assert_close(other["state_dict"][key], value, rtol=0, atol=1e-5)
    assert one["optimizer"]["param_groups"] == other["optimizer"]["param_groups"]
    for i, state in one["optimizer"]["state"].items():
        theirs = other["optimizer"]["state"][i]["momentum_buffer"]
        torch.testing.assert_close(theirs, state["momentum_buffer"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["cut", "one_then_cut", "cut_then_one"])
def test_cut_parameters_have_the_average_of_whole_ones(runs: Path, name: str):
    one, other = newest(runs / "one"), newest(runs / name)
    for key, value in one["ema"].items():
        torch.testing.assert_close(other["ema"][key], value, rtol=0, atol=1e-5)
    assert (one["ema"]["network.head.weight"] - one["state_dict"]["network.head.weight"]).abs().max() > 1e-3


@pytest.mark.parametrize("scalar", ["train/loss", "train/kd", "train/grad_norm", "train/lr", "val/nll"])
def test_the_log_does_not_tell_them_apart(runs: Path, scalar: str):
    one, cut = losses_of(runs / "one", scalar), losses_of(runs / "cut", scalar)
    assert len(one) >= 4 and one == pytest.approx(cut, abs=2e-5)
    assert one[max(one)] != pytest.approx(one[min(one)], abs=1e-2), "the curve must go somewhere"


def test_cut_parameters_resume_to_the_same_bits(runs: Path):
    assert_same(newest(runs / "cut"), newest(runs / "cut_twice"))


def test_a_checkpoint_s_whole_content_is_no_cut_tensor(runs: Path):
    content = newest(runs / "cut")
    tensors = [*content["state_dict"].values(), *(s["momentum_buffer"] for s in content["optimizer"]["state"].values())]
    assert len(tensors) > 20 and all(type(tensor) is torch.Tensor for tensor in tensors)


def learner() -> nn.Module:
    """Two layers and a tied third."""
    module = nn.ModuleDict({"first": nn.Linear(3, 3), "second": nn.Linear(3, 3), "other": nn.Bilinear(2, 2, 2)})
    module["second"].weight = module["first"].weight
    return module


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (["Linaer"], "model_wrapper_cfg.units: the learner has no part 'Linaer', by name or by class. Did you mean 'Linear'"),
        (["secnd"], "has no part 'secnd', by name or by class. Did you mean 'second'"),
        (["first"], "first.weight and second.weight are one parameter in two units; name a unit that holds both, or neither"),
    ],
)  # fmt: skip
def test_a_unit_that_cannot_be(units: list[str], message: str):
    with pytest.raises(StillhouseError) as error:
        FSDP2(learner(), units)
    assert message in str(error.value)


def test_a_parameter_without_dimensions_cannot_be_cut():
    module = learner()
    module.temperature = nn.Parameter(torch.tensor(1.0))
    with pytest.raises(
        StillhouseError, match=r"FSDP2 cannot cut temperature, which has no dimensions; make it of shape"
    ):
        FSDP2(module)


@pytest.fixture
def alone(tmp_path: Path):
    """A group of this process alone."""
    dist.init_process_group("gloo", store=dist.FileStore(str(tmp_path / "store"), 1), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("alone")
def test_channels_last_weights_can_be_cut():
    module = nn.Sequential(nn.Conv2d(3, 4, 5)).to(memory_format=torch.channels_last)
    images = torch.randn(2, 3, 8, 8)
    expected = module(images)
    assert not module[0].weight.is_contiguous()
    FSDP2(module)
    assert is_sharded(module)
    torch.testing.assert_close(module(images), expected)


def test_whole_content_stays_as_it_is():
    content = {"a": [torch.ones(2), 3], "b": {"c": (torch.zeros(1), None)}}
    for found in (gathered(content, keep=True), spread(content, content)):
        assert found["a"][0] is content["a"][0] and found["b"]["c"] == content["b"]["c"] and found["a"][1] == 3
    assert not is_sharded(learner())
