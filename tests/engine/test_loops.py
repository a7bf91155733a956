"""What a run consists of, in which order, and when it is over."""

from pathlib import Path

import pytest
import torch
from experiments import StopAt, loader, newest, optimizer, train
from mmengine.hooks import Hook

from stillhouse.engine.config import load_config
from stillhouse.engine.runner import EngineRunner

EVENTS = (
    "before_run", "before_train", "before_train_epoch", "before_train_iter", "before_optim_step", "after_train_iter",
    "before_val", "after_val_epoch", "save_point", "after_train_epoch", "after_train", "after_run",
)  # fmt: skip


class Recorder(Hook):
    """Notes every event with the iteration in which it came."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []


def _note(name: str):
    return lambda self, runner, **_: self.events.append((name, runner.iter))


for _name in EVENTS:
    setattr(Recorder, _name, _note(_name))


def recorded(config: Path, tmp_path: Path) -> list[tuple[str, int]]:
    recorder = Recorder()
    train(config, tmp_path / "run", hooks=(recorder,))
    return recorder.events


def test_events_come_in_the_documented_order(config, tmp_path: Path):
    path = config(train_cfg=dict(type="TrainLoop", max_epochs=1), train_dataloader=loader("train", batch_size=20))
    assert recorded(path, tmp_path) == [
        ("before_run", 0), ("before_train", 0), ("before_train_epoch", 0),
        ("before_train_iter", 0), ("before_optim_step", 0), ("after_train_iter", 0), ("save_point", 1),
        ("before_train_iter", 1), ("before_optim_step", 1), ("after_train_iter", 1), ("save_point", 2),
        ("after_train_epoch", 2), ("before_val", 2), ("after_val_epoch", 2), ("save_point", 2),
        ("after_train", 2), ("after_run", 2),
    ]  # fmt: skip


def test_a_config_puts_hooks_into_another_order(config, tmp_path: Path):
    hooks = [dict(type="EMAHook", priority="LOWEST"), dict(type="NaNGuardHook")]
    path = config(custom_hooks=hooks, default_hooks=dict(nan_guard=None, log=dict(priority=95)))
    runner = EngineRunner.from_experiment(load_config(path, {"work_dir": str(tmp_path / "run")}))
    order = [type(hook).__name__ for hook in runner.hooks]
    runner.close()
    assert (
        order[0] == "NaNGuardHook" and order[-1] == "EMAHook" and order.index("LogHook") > order.index("CheckpointHook")
    )


def test_runs_in_iterations_validate_every_few_and_at_the_end(config, tmp_path: Path):
    path = config(train_cfg=dict(type="TrainLoop", max_iters=7, val_interval=3))
    assert [at for name, at in recorded(path, tmp_path) if name == "before_val"] == [3, 6, 7]


def test_runs_in_epochs_validate_every_few_and_at_the_end(config, tmp_path: Path):
    path = config(train_cfg=dict(type="TrainLoop", max_epochs=3, val_interval=2))
    assert [at for name, at in recorded(path, tmp_path) if name == "before_val"] == [10, 15]


@pytest.mark.parametrize("limits", [{}, dict(max_epochs=1, max_iters=1)])
def test_exactly_one_limit(config, tmp_path: Path, limits: dict):
    with pytest.raises(ValueError, match=r"train_cfg: got max_epochs=.*expected exactly one"):
        train(config(train_cfg=dict(type="TrainLoop", **limits)), tmp_path / "run")


@pytest.mark.parametrize("limit", [dict(max_epochs=1), dict(max_iters=3)])
def test_a_loader_without_a_single_step_is_refused(config, tmp_path: Path, limit: dict):
    path = config(
        train_dataloader=loader("train", batch_size=64, drop_last=True), train_cfg=dict(type="TrainLoop", **limit)
    )
    with pytest.raises(ValueError, match=r"train_dataloader: got 37 samples, expected at least one step's 64"):
        train(path, tmp_path / "run")


def test_schedulers_step_once_an_optimizer_step(config, tmp_path: Path):
    path = config(
        train_dataloader=loader("train", batch_size=4),
        optim_wrapper=optimizer(accumulate=2, lr=1.0),
        param_scheduler=[dict(type="ExponentialLR", gamma=0.5, by_epoch=False, end=10)],
        train_cfg=dict(type="TrainLoop", max_iters=3),
    )
    runner = train(path, tmp_path / "run")
    assert runner.optim_wrapper.optimizer.param_groups[0]["lr"] == pytest.approx(0.5**3)


@pytest.mark.parametrize("split", ["whole", "halves"])
def test_accumulated_training_is_the_training_of_the_whole_batch(config, tmp_path: Path, split: str):
    model = load_config(config("plain")).cfg.model.to_dict()
    model["network"]["dropout"] = 0.0
    # SGD, because Adam divides by the gradient and so magnifies a difference in its last digit.
    changes = dict(model=model, train_cfg=dict(type="TrainLoop", max_epochs=1))
    small = loader("train", batch_size=8 if split == "whole" else 4)
    parts = 1 if split == "whole" else 2
    path = config(split, train_dataloader=small, optim_wrapper=optimizer(parts, lr=0.5, kind="SGD"), **changes)
    reference = config(
        "one", train_dataloader=loader("train"), optim_wrapper=optimizer(1, lr=0.5, kind="SGD"), **changes
    )
    train(path, tmp_path / "parts")
    train(reference, tmp_path / "one")
    for name, weights in newest(tmp_path / "one")["state_dict"].items():
        torch.testing.assert_close(newest(tmp_path / "parts")["state_dict"][name], weights, rtol=0, atol=1e-6)


def test_validation_leaves_the_random_streams_and_the_mode_alone(config, tmp_path: Path):
    plain = dict(train_cfg=dict(type="TrainLoop", max_epochs=2, val_interval=1))
    train(config("often", **plain), tmp_path / "often")
    train(config("never", val_dataloader=None, val_evaluator=None, val_cfg=None, **plain), tmp_path / "never")
    often, never = (newest(tmp_path / name)["state_dict"] for name in ("often", "never"))
    assert all(torch.equal(often[key], never[key]) for key in never)


def test_a_real_error_in_an_iteration_is_not_swallowed(config, tmp_path: Path):
    class Failing(Hook):
        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            raise RuntimeError("not about memory")

    with pytest.raises(RuntimeError, match="not about memory"):
        train(config(), tmp_path / "run", hooks=(Failing(),))


def test_the_folder_is_free_again_after_a_run_that_failed_to_start(config, tmp_path: Path):
    broken = load_config(config("broken", train_dataloader=loader("train", dataset="NoSuchData")))
    broken.cfg.work_dir = str(tmp_path / "run")
    with pytest.raises(KeyError) as kept:  # the traceback is held, as an interactive session holds it
        EngineRunner.from_experiment(broken).train()
    assert "NoSuchData" in str(kept.value)
    missing = load_config(config("missing", custom_hooks=[dict(type="NoSuchHook")]))
    missing.cfg.work_dir = str(tmp_path / "other")
    with pytest.raises(KeyError):
        EngineRunner.from_experiment(missing)
    train(config("mended"), tmp_path / "other", stop=StopAt(1))
