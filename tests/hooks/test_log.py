"""What a run leaves in its log."""

import json
from pathlib import Path

import pytest
import torch
from experiments import distillation, optimizer, train
from mmengine.hooks import Hook
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


class Terms(Hook):
    """Keeps the total of every iteration."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.losses.append(float(outputs["loss"]))


def entries(folder: Path) -> list[dict]:
    """The lines of ``scalars.json``."""
    (file,) = folder.glob("*/vis_data/scalars.json")
    return [json.loads(line) for line in file.read_text().splitlines()]


def logged(folder: Path, name: str) -> dict[int, float]:
    """step -> value of one scalar."""
    return {entry["step"]: entry[name] for entry in entries(folder) if name in entry}


def every(interval: int) -> dict:
    return dict(default_hooks=dict(log=dict(interval=interval)))


def test_every_term_by_its_name(config, teacher, tmp_path: Path):
    path = config(custom_hooks=[distillation(teacher)], **every(2))
    train(path, tmp_path / "run")
    names = set().union(*entries(tmp_path / "run"))
    assert {f"train/{name}" for name in ("loss", "cross_entropy", "task", "kd", "lr", "grad_norm")} <= names
    assert "val/nll" in names


def test_entries_are_means_since_the_last_one(config, tmp_path: Path):
    terms = Terms()
    train(config(train_cfg=dict(type="TrainLoop", max_epochs=1), **every(2)), tmp_path / "run", hooks=(terms,))
    loss = terms.losses
    expected = {2: (loss[0] + loss[1]) / 2, 4: (loss[2] + loss[3]) / 2, 5: loss[4]}
    assert logged(tmp_path / "run", "train/loss") == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("limit", [dict(max_epochs=1), dict(max_iters=4)])
def test_short_runs_are_logged_at_their_end_with_the_gradient_norm(config, tmp_path: Path, limit: dict):
    path = config(
        train_cfg=dict(type="TrainLoop", **limit), optim_wrapper=optimizer(clip_grad=None, lr=0.0), **every(50)
    )
    train(path, tmp_path / "run")
    (norm,) = logged(tmp_path / "run", "train/grad_norm").values()
    assert 0 < norm < float("inf")
    assert list(logged(tmp_path / "run", "train/loss")) == [5 if "max_epochs" in limit else 4]


def test_the_learning_rate_follows_the_schedule(config, tmp_path: Path):
    decay = [dict(type="ExponentialLR", gamma=0.5, by_epoch=False)]
    train(config(param_scheduler=decay, optim_wrapper=optimizer(lr=0.8), **every(1)), tmp_path / "run")
    rates = logged(tmp_path / "run", "train/lr")
    assert [rates[step] for step in (1, 2, 3)] == pytest.approx([0.8, 0.4, 0.2])


def test_tensorboard_has_the_same_entries(config, tmp_path: Path):
    backends = dict(vis_backends=[dict(type="LocalVisBackend"), dict(type="TensorboardVisBackend")])
    runner = train(config(visualizer=backends, **every(5)), tmp_path / "run")
    runner.visualizer.close()
    (events,) = tmp_path.glob("run/*/vis_data/events.out.tfevents.*")
    accumulator = EventAccumulator(str(events))
    accumulator.Reload()
    read = {event.step: event.value for event in accumulator.Scalars("train/loss")}
    assert read == pytest.approx(logged(tmp_path / "run", "train/loss"), rel=1e-5)
    assert "val/nll" in accumulator.Tags()["scalars"]


def test_logging_leaves_training_as_it_is(config, tmp_path: Path):
    ends = []
    for interval in (1, 50):
        runner = train(config(**every(interval)), tmp_path / str(interval))
        ends.append(torch.cat([value.flatten() for value in runner.model.state_dict().values()]))
    assert torch.equal(*ends)
