"""Build everything a config names, take two steps, and leave nothing behind."""

import tempfile
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from .checkpoint import chosen, read_checkpoint
from .config import Experiment
from .evaluation import count_parameters, vocabulary_free_parameters
from .launch import without_monitors
from .runner import EngineRunner


def dry_run(experiment: Experiment, say=print) -> dict:
    """Two training steps, one validation batch, a checkpoint written and read; all in a temporary folder.

    Args:
        experiment: a checked config whose companions are trained.
        say: receives the lines of the report.

    Returns:
        ``parameters``, ``shapes`` of the outputs, ``loss`` terms of the last step.
    """
    with tempfile.TemporaryDirectory(prefix="stillhouse-dry-run-") as folder:
        cfg = without_monitors(experiment).cfg
        cfg.update(work_dir=folder, visualizer=None)
        for hook in cfg.get("custom_hooks") or []:
            if hook["type"] == "KDHook":
                hook["measure_teacher"] = False  # one validation batch cannot tell a teacher from chance
        cfg.train_cfg = dict(type="TrainLoop", max_iters=2, val_interval=2)
        runner = EngineRunner.from_experiment(replace(experiment, cfg=cfg))
        try:
            return _run(runner, say)
        finally:
            runner.close()


def _run(runner: EngineRunner, say) -> dict:
    if runner._val_loop is not None:
        runner._val_loop = runner.build_val_loop(runner._val_loop)
        runner.val_loop.dataloader.limit = 1
    runner.train()
    learner = runner.learner
    batch = next(runner.train_dataloader.iterate(0)).batches[0]
    learner.eval()
    outputs = learner(mode="tensor", **learner.data_preprocessor(batch))
    written = chosen(Path(runner.work_dir))
    if written is not None:
        read_checkpoint(written)
    report = {
        "parameters": count_parameters(learner.network),
        "parameters_without_vocabulary": vocabulary_free_parameters(learner.network),
        "batch": _shapes(batch),
        "shapes": _shapes(outputs),
        "loss": {name: float(value) for name, value in learner.terms[0].items()},
    }
    for name, value in report.items():
        say(f"{name}: {value}")
    say(f"sample 0: { {name: _first(value) for name, value in batch.items()} }")
    say("two steps, one validation batch and one checkpoint went through; nothing was kept")
    return report


def _shapes(tensors: dict) -> dict:
    return {
        name: tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
        for name, value in tensors.items()
    }


def _first(value) -> str:
    """The first sample of a batch's entry, short."""
    shown = str(value[0].tolist()) if isinstance(value, Tensor) and value.dim() else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
