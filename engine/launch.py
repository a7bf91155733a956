"""Train a config, and before it whatever it needs."""

import copy
from dataclasses import replace
from pathlib import Path

import torch
from mmengine.dist import barrier

from .checkpoint import chosen, saved
from .companions import training_order
from .config import Experiment, has_hook
from .distributed import rank
from .errors import ConfigError
from .paths import discover_teacher
from .run_folder import read_result, set_aside
from .runner import EngineRunner


def train(experiment: Experiment, resume: bool | str = False, launcher: str = "none") -> dict:
    """Train one config to its end.

    Args:
        experiment: the loaded config.
        resume: True for the newest checkpoint of its work directory, or a checkpoint's path.
        launcher: ``none``, ``pytorch``, ``slurm`` or ``mpi``.

    Returns:
        The newest validation metrics.
    """
    runner = EngineRunner.from_experiment(experiment, resume=resume, launcher=launcher)
    try:
        runner.train()
        barrier()  # no rank may look for this run's checkpoint before it is written
    finally:
        runner.close()
    return runner.metrics


def train_companions(experiment: Experiment, launcher: str = "none", say=print) -> None:
    """Train every companion that is missing or unfinished, those that others need first."""
    for companion in training_order(experiment):
        if companion.trained:
            say(f"{companion.experiment.path.name}: already trained, {companion.file}")
            continue
        unfinished = bool(saved(companion.experiment.work_dir))
        say(
            f"{companion.experiment.path.name}: {'resumes' if unfinished else 'trains'} in {companion.experiment.work_dir}"
        )
        train(companion.experiment, resume=unfinished, launcher=launcher)


def start_over(experiment: Experiment, launcher: str = "none") -> Path | None:
    """Move a run that stands in the work directory aside; the first rank does it for all."""
    return set_aside(experiment.work_dir) if rank(launcher) == 0 else None


def is_finished(experiment: Experiment) -> bool:
    """Whether the config's run has ended and recorded its result."""
    return read_result(experiment.work_dir) is not None


def with_distillation(experiment: Experiment, teacher: str, checkpoint: str = "auto") -> Experiment:
    """The config with a ``KDHook`` for that teacher config; one that is there already gets this teacher.

    Args:
        experiment: the student's config.
        teacher: the teacher's config file.
        checkpoint: of the teacher; ``auto`` is its run's own.
    """
    cfg = copy.deepcopy(experiment.cfg)
    hooks = [dict(hook) for hook in cfg.get("custom_hooks") or []]
    reference = dict(config=teacher, checkpoint=checkpoint)
    present = [hook for hook in hooks if hook.get("type") == "KDHook"]
    for hook in present:
        hook["teacher"] = reference
    cfg.custom_hooks = hooks if present else [*hooks, dict(type="KDHook", teacher=reference)]
    return replace(experiment, cfg=cfg)


def without_distillation(experiment: Experiment) -> Experiment:
    """The config without its ``KDHook``."""
    cfg = copy.deepcopy(experiment.cfg)
    cfg.custom_hooks = [hook for hook in cfg.get("custom_hooks") or [] if hook.get("type") != "KDHook"]
    return replace(experiment, cfg=cfg)


def with_discovered_teacher(experiment: Experiment) -> Experiment:
    """The config with a ``KDHook`` for the teacher that the plan's path names.

    Raises:
        ConfigError: the config has no ``run``, or no teacher stands in any of the folders.
    """
    if has_hook(experiment.cfg, "KDHook"):
        return experiment
    run = experiment.cfg.get("run")
    if not run:
        raise ConfigError(
            ["--distillation with-kd: the config has no `run`, so no teacher can be found; use --kd TEACHER_CONFIG"]
        )
    folder, looked = discover_teacher(experiment.cfg.get("work_root", "work_dirs"), run.to_dict())
    if folder is None:
        where = ", ".join(str(path) for path in looked)
        raise ConfigError([f"--distillation with-kd: no teacher in {where}; train one, or use --kd TEACHER_CONFIG"])
    # The recorded config names the folder that the teacher was trained in, from which it may have been moved.
    return with_distillation(experiment, str(folder / "config.py"), str(chosen(folder)))


def without_monitors(experiment: Experiment) -> Experiment:
    """The config without the hooks and options that watch a validation metric."""
    cfg = copy.deepcopy(experiment.cfg)
    cfg.custom_hooks = [hook for hook in cfg.get("custom_hooks") or [] if hook.get("type") != "EarlyStoppingHook"]
    for hook in (cfg.get("default_hooks") or {}).values():
        if hook and hook.get("type") == "CheckpointHook":
            hook.save_best = None
    return replace(experiment, cfg=cfg)


def without_validation(experiment: Experiment) -> Experiment:
    """The config without validation, and without what reads its metrics."""
    experiment = without_monitors(experiment)
    experiment.cfg.update(val_dataloader=None, val_evaluator=None, val_cfg=None)
    return experiment


def set_precision(experiment: Experiment) -> Experiment:
    """The config in mixed precision: bf16 where the device has it (CPUs do), else fp16."""
    cfg = copy.deepcopy(experiment.cfg)
    has_bf16 = not torch.cuda.is_available() or torch.cuda.is_bf16_supported(including_emulation=False)
    cfg.optim_wrapper.precision = "bf16" if has_bf16 else "fp16"
    return replace(experiment, cfg=cfg)


def scale_learning_rate(experiment: Experiment, world_size: int) -> Experiment:
    """The config with its learning rate scaled linearly to the samples of a step.

    Raises:
        ConfigError: the config does not say for how many samples its learning rate was chosen.
    """
    cfg = copy.deepcopy(experiment.cfg)
    base = (cfg.get("auto_scale_lr") or {}).get("base_batch_size")
    if not base:
        raise ConfigError(["--auto-scale-lr: the config has no auto_scale_lr=dict(base_batch_size=...)"])
    step = cfg.train_dataloader.batch_size * cfg.optim_wrapper.get("accumulative_counts", 1) * world_size
    cfg.optim_wrapper.optimizer.lr *= step / base
    cfg.auto_scale_lr.enable = False
    return replace(experiment, cfg=cfg)
