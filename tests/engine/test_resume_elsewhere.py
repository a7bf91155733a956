"""Resuming under other circumstances: another batch size, a validation that failed, a run that is still alive."""

from pathlib import Path

import pytest
import torch
from experiments import StopAt, loader, train
from mmengine.hooks import Hook

from stillhouse.engine.companions import training_order
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import ConfigError, RunFolderError
from stillhouse.engine.launch import with_distillation
from stillhouse.engine.paths import discover_runs, run_path
from stillhouse.engine.run_folder import RunFolder, set_aside


def test_a_larger_batch_trains_the_epochs_that_are_left(config, tmp_path: Path):
    train(
        config("small", train_dataloader=loader("train", batch_size=2)),
        tmp_path / "run",
        stop=StopAt(19, epoch_end=True),
    )
    more = dict(train_dataloader=loader("train", batch_size=8), train_cfg=dict(type="TrainLoop", max_epochs=3))
    runner = train(config("large", **more), tmp_path / "run", resume=True)
    assert runner.epoch == 3 and runner.iter == 19 + 2 * 5


def test_a_failing_validation_is_not_taken_for_a_failing_step(config, tmp_path: Path):
    class Hungry(Hook):
        def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
            raise torch.OutOfMemoryError("out of memory in validation")

    path = config(train_cfg=dict(type="TrainLoop", max_iters=4, val_interval=2))
    with pytest.raises(torch.OutOfMemoryError, match="in validation"):
        train(path, tmp_path / "run", hooks=(Hungry(),))


def test_a_living_run_is_not_moved_aside(config, tmp_path: Path):
    train(config(), tmp_path / "run")
    alive = RunFolder(tmp_path / "run")
    with pytest.raises(RunFolderError, match="is in use by"):
        set_aside(tmp_path / "run")
    alive.release()
    aside = set_aside(tmp_path / "run")
    assert aside is not None and aside.is_dir() and not (tmp_path / "run").exists()


def test_a_recorded_config_refuses_variables_that_it_no_longer_refers_to(config, tmp_path: Path):
    train(config(), tmp_path / "run")
    recorded = tmp_path / "run" / "config.py"
    assert load_config(recorded).name == "student.py"
    assert load_config(recorded).work_dir == tmp_path / "run"
    with pytest.raises(ConfigError, match=r"--cfg-options text_file: nothing in .* refers to it"):
        load_config(recorded, {"text_file": "elsewhere.txt"})


def test_a_config_may_distil_from_itself_without_distillation():
    experiment = with_distillation(load_config("configs/gat_teacher_normal.py"), "configs/gat_teacher_normal.py")
    assert [companion.experiment.path.name for companion in training_order(experiment)] == ["gat_teacher_normal.py"]


def test_runs_on_two_data_sets_do_not_share_a_table(tmp_path: Path):
    for dataset in ("one", "two"):
        folder = run_path(tmp_path, "automotive", dataset, "gat", "student", "no-kd", "normal")
        folder.mkdir(parents=True)
        (folder / "last_checkpoint").write_text("iter_1.pth")
        if dataset == "one":
            assert discover_runs(tmp_path) == {"gat student normal": folder}
    with pytest.raises(ValueError, match=r"several data sets \(automotive/one, automotive/two\)"):
        discover_runs(tmp_path)
