"""A loss that is not finite stops the run before the step."""

from pathlib import Path

import pytest
import torch
from experiments import Stopped, newest, optimizer, train
from mmengine.hooks import Hook

from stillhouse.engine.checkpoint import saved
from stillhouse.hooks.nan_guard import NonFiniteLossError


class Poison(Hook):
    """Makes a loss NaN or infinite in one iteration."""

    def __init__(self, iteration: int, value: float = float("nan")) -> None:
        self.iteration, self.value, self.weights = iteration, value, None

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        if runner.iter == self.iteration:
            self.weights = {key: value.clone() for key, value in runner.model.state_dict().items()}
            runner.model.losses["cross_entropy"].weight = self.value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_term_is_named_and_no_step_is_taken(config, tmp_path: Path, value: float, accumulate: int):
    poison = Poison(3, value)
    kept = []

    class Watch(Hook):
        def before_run(self, runner) -> None:
            kept.append(runner.model)

    path = config(optim_wrapper=optimizer(accumulate), train_dataloader=dict(
        batch_size=8 // accumulate, dataset=dict(type="TextFile", path="${text_file}", split="train", context=8)))  # fmt: skip
    with pytest.raises(
        NonFiniteLossError, match=r"iteration 4: not finite: cross_entropy\. No step was taken"
    ) as error:
        train(path, tmp_path / "run", hooks=(poison, Watch()))
    assert str(tmp_path / "run") in str(error.value) and "--resume" in str(error.value)
    assert all(torch.equal(value, poison.weights[key]) for key, value in kept[0].state_dict().items())
    content = newest(tmp_path / "run")
    assert content["meta"]["iter"] == 3
    assert all(torch.isfinite(value).all() for value in content["state_dict"].values())


def test_the_run_goes_on_from_the_last_good_checkpoint(config, tmp_path: Path):
    path = config()
    with pytest.raises(NonFiniteLossError):
        train(path, tmp_path / "run", hooks=(Poison(3),))
    assert train(path, tmp_path / "run", resume=True).iter == 10


def test_weights_that_are_not_finite_are_not_saved(config, tmp_path: Path):
    class Spoil(Hook):
        priority = "HIGHEST"

        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
            if runner.iter == 2:
                runner.model.network.head.weight.data[0, 0] = float("nan")

        def save_point(self, runner) -> None:
            if runner.iter == 4:
                raise Stopped

    with pytest.raises(NonFiniteLossError):
        train(config(), tmp_path / "run", hooks=(Spoil(),))
    assert saved(tmp_path / "run")[0].name == "iter_2.pth"
