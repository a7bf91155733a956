"""Measure a run on its test splits."""

import json
import math
from pathlib import Path

import numpy as np
from rich import get_console
from rich.table import Table

from .checkpoint import chosen, read_checkpoint, write_text
from .config import Experiment
from .errors import CheckpointError, ConfigError
from .evaluation import sizes
from .learner import unwrap
from .runner import EngineRunner

TESTED, SCORES = "test.json", "test_scores.npz"
SHOWN = ("f1", "auroc", "auprc", "precision", "recall", "fpr", "false_alarms_per_hour")


def test(
    experiment: Experiment,
    checkpoint: str | None = None,
    out: str | None = None,
    trust: bool = False,
    launcher: str = "none",
) -> dict:
    """Calibrate on the validation data, measure the test data, and write ``test.json`` and ``test_scores.npz``.

    Returns:
        ``metrics``, ``groups`` (each metric's results by split and source), ``validation``, ``checkpoint``, ``path``.

    Raises:
        CheckpointError: the run has no checkpoint, or it is of another network.
        ConfigError: the config has no test data.
    """
    if not experiment.cfg.get("test_dataloader"):
        raise ConfigError([f"{experiment.path.name}: has no test_dataloader"])
    file = Path(checkpoint) if checkpoint else chosen(experiment.work_dir)
    if file is None:
        raise CheckpointError(
            f"{experiment.work_dir}: holds no checkpoint; train it first, or name one with --checkpoint"
        )
    content = read_checkpoint(file, trust)
    runner = EngineRunner.for_testing(experiment, launcher)
    metrics = runner.test(content)
    groups: dict = {}
    scored: dict = {}
    for metric in runner.test_loop.evaluator.metrics:
        groups.update(getattr(metric, "groups", {}))
        scored.update(getattr(metric, "scored", {}))
    report = {"checkpoint": str(file), "metrics": metrics, "groups": groups, "validation": runner.metrics}
    report |= sizes(unwrap(runner.model).network)
    folder = Path(out or experiment.work_dir)
    if runner.rank == 0:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / SCORES, **{name: values.numpy() for name, values in scored.items()})
        write_text(json.dumps(report, indent=2, default=float) + "\n", folder / TESTED)
    return {**report, "path": str(folder / TESTED)}


test.__test__ = False  # pytest collects functions of this name


def print_groups(report: dict) -> None:
    """A table: a row for each split and source, a column for each metric."""
    table = Table(title=f"test of {report['checkpoint']}")
    table.add_column("split or source")
    for name in SHOWN:
        table.add_column(name, justify="right")
    for group, values in report["groups"].items():
        table.add_row(group, *(_cell(values.get(name)) for name in SHOWN))
    get_console().print(table)


def _cell(value: float | None) -> str:
    return "-" if value is None or not math.isfinite(value) else f"{value:.4g}"
