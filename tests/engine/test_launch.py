"""What the switches of the command line make of a config."""

from pathlib import Path

import pytest
from experiments import distillation, newest, optimizer, train

from stillhouse.engine import launch
from stillhouse.engine.config import has_hook, load_config
from stillhouse.engine.errors import ConfigError
from stillhouse.engine.run_folder import read_result

RUN = dict(modality="text", dataset="letters", learning_type="supervised", model="gpt", mode="plain")
SHORT = dict(train_cfg=dict(type="TrainLoop", max_iters=2))


def hook_of(experiment):
    (hook,) = [hook for hook in experiment.cfg.custom_hooks if hook.type == "KDHook"]
    return hook


def test_distillation_is_put_in_and_taken_out(config):
    plain = load_config(config("plain", custom_hooks=[dict(type="EMAHook")]))
    taught = launch.with_distillation(plain, "t.py")
    assert hook_of(taught).teacher == dict(config="t.py", checkpoint="auto")
    assert not has_hook(plain.cfg, "KDHook"), "the given experiment stays as it was"
    back = launch.without_distillation(taught)
    assert back.cfg.custom_hooks == plain.cfg.custom_hooks


def test_another_teacher_keeps_the_hook_s_other_values(config, tmp_path: Path):
    path = config("taught", custom_hooks=[distillation(tmp_path / "a.py", alpha=0.2, temperature=3.0)])
    hook = hook_of(launch.with_distillation(load_config(path), "b.py"))
    assert (hook.teacher.config, hook.alpha, hook.temperature) == ("b.py", 0.2, 3.0)


def test_the_plan_s_path_finds_the_teacher_and_trains_with_it(config, tmp_path: Path):
    teacher = config("some_teacher", run=dict(model_size="teacher", **RUN), **SHORT)
    train(teacher)
    student = load_config(config("some_student", run=dict(model_size="student", **RUN), **SHORT))
    taught = launch.with_discovered_teacher(student)
    assert taught.work_dir == tmp_path / "runs/text/letters/supervised/gpt/student/with-kd/plain"
    launch.train(taught)
    assert "teacher" in read_result(taught.work_dir)
    assert newest(taught.work_dir)["meta"]["iter"] == 2


def test_a_teacher_that_was_moved_is_found_where_it_is(config, tmp_path: Path):
    train(config("some_teacher", run=dict(model_size="teacher", **RUN), **SHORT))
    (tmp_path / "runs").rename(tmp_path / "moved")
    student = load_config(
        config("some_student", run=dict(model_size="student", **RUN), work_root=str(tmp_path / "moved"), **SHORT)
    )
    hook = hook_of(launch.with_discovered_teacher(student))
    assert Path(hook.teacher.checkpoint).is_file() and hook.teacher.checkpoint.startswith(str(tmp_path / "moved"))


def test_a_config_with_its_own_hook_keeps_its_teacher(config, tmp_path: Path):
    experiment = load_config(config("taught", custom_hooks=[distillation(tmp_path / "a.py")]))
    assert launch.with_discovered_teacher(experiment) is experiment


def test_without_a_run_no_teacher_can_be_found(config):
    with pytest.raises(ConfigError, match=r"--distillation with-kd: the config has no `run`.*use --kd TEACHER_CONFIG"):
        launch.with_discovered_teacher(load_config(config()))


def test_an_absent_teacher_says_where_it_was_looked_for(config, tmp_path: Path):
    student = load_config(config("student", run=dict(model_size="student", **RUN)))
    folder = tmp_path / "runs/text/letters/supervised/gpt/teacher/no-kd/plain"
    with pytest.raises(ConfigError, match=rf"with-kd: no teacher in {folder}; train one"):
        launch.with_discovered_teacher(student)


def test_without_validation_nothing_watches_a_metric(config, tmp_path: Path):
    path = config(
        custom_hooks=[dict(type="EarlyStoppingHook", monitor="nll"), dict(type="EMAHook")],
        default_hooks=dict(checkpoint=dict(save_best="nll")),
        **SHORT,
    )
    experiment = launch.without_validation(load_config(path))
    assert [hook.type for hook in experiment.cfg.custom_hooks] == ["EMAHook"]
    assert launch.train(experiment) == {}
    assert not list((tmp_path / "runs" / "student").glob("best_*"))


def test_mixed_precision_on_the_cpu_is_bf16_and_trains(config, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    experiment = launch.set_precision(load_config(config(**SHORT)))
    assert experiment.cfg.optim_wrapper.precision == "bf16"
    runner = train(experiment)
    assert runner.optim_wrapper.scaler is None and runner.iter == 2
    assert all(value.dtype.is_floating_point and value.itemsize == 4 for value in runner.model.state_dict().values())


def test_the_learning_rate_is_scaled_to_the_samples_of_a_step(config):
    path = config(optim_wrapper=optimizer(accumulate=4, lr=0.1), auto_scale_lr=dict(base_batch_size=16))
    experiment = load_config(path)
    assert launch.scale_learning_rate(experiment, 2).cfg.optim_wrapper.optimizer.lr == pytest.approx(
        0.1 * 8 * 4 * 2 / 16
    )
    assert experiment.cfg.optim_wrapper.optimizer.lr == 0.1


def test_scaling_needs_a_base(config):
    with pytest.raises(ConfigError, match=r"--auto-scale-lr: the config has no auto_scale_lr=dict\(base_batch_size"):
        launch.scale_learning_rate(load_config(config()), 1)


@pytest.mark.slow
def test_a_compiled_network_trains_to_nearly_the_same_weights(config, tmp_path: Path):
    runner = train(config("compiled", compile=True, **SHORT), tmp_path / "compiled")
    assert runner.model.network._compiled_call_impl is not None
    plain = train(config("plain", **SHORT), tmp_path / "plain")
    assert plain.model.network._compiled_call_impl is None
    assert set(newest(tmp_path / "compiled")["state_dict"]) == set(newest(tmp_path / "plain")["state_dict"])
