"""Measure a run on its test splits."""

import json
import math
from pathlib import Path

import numpy as np
from rich import get_console
from rich.console import Console

from .checkpoint import chosen, read_checkpoint, write_text
from .companions import as_recorded
from .config import Experiment
from .errors import CheckpointError, ConfigError
from .evaluation import DetectionMetric, calibrate_components, sizes
from .evaluation.can import load_tested, log_pictures, write_detection_report
from .evaluation.seeds import RunResult
from .runner import EngineRunner
from .tables import terminal_table

TESTED, SCORES, PAGE = "test.json", "test_scores.npz", "test.html"
SHOWN = (
    "f1",
    "auroc",
    "auprc",
    "precision",
    "recall",
    "fpr",
    "false_alarms_per_hour",
    "episode_recall",
    "time_to_detect_ms",
)
WIDTH = 150  # of the table where the output is not a terminal


def test(
    experiment: Experiment,
    checkpoint: str | None = None,
    out: str | None = None,
    trust: bool = False,
    launcher: str = "none",
) -> dict:
    """Calibrate on the validation data, measure the test data, and write ``test.json`` and ``test_scores.npz``.

    Returns:
        ``metrics``, ``groups`` (each metric's results by split and source), ``validation``, ``thresholds`` (of each score of a
        detector, see ``calibrate_components``), ``checkpoint``, ``path``.

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
    if "meta" in content:
        experiment = as_recorded(experiment, content["meta"]["config"])
    runner = EngineRunner.for_testing(experiment, launcher)
    metrics = runner.test(content)
    groups: dict = {}
    scored: dict = {}
    for metric in runner.test_loop.evaluator.metrics:
        groups.update(getattr(metric, "groups", {}))
        scored.update(getattr(metric, "scored", {}))
    meta = content.get("published") or content["meta"]
    report = {"checkpoint": str(file), "config_file": meta["config_file"], "iter": meta["iter"]}
    report |= {"metrics": metrics, "groups": groups, "validation": runner.metrics}
    report |= sizes(runner.learner.network)
    folder = Path(out or experiment.work_dir)
    if runner.rank == 0:
        report["thresholds"] = _thresholds(runner)
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict = {name: np.asarray(values) for name, values in scored.items()}
        np.savez(folder / SCORES, **arrays)
        write_text(json.dumps(report, indent=2, default=float) + "\n", folder / TESTED)
    return {**report, "path": str(folder / TESTED)}


def _thresholds(runner: EngineRunner) -> dict:
    """Of every score of a detector, on the benign windows of the validation data; nothing for other networks."""
    if runner._val_loop is None:
        return {}
    metrics = [metric for metric in runner.val_loop.evaluator.metrics if isinstance(metric, DetectionMetric)]
    if not metrics:
        return {}
    with runner.autocast():
        data = runner.val_loop.dataloader.dataset
        return calibrate_components(runner.learner.network, data, metrics[0].target_fpr, floor=metrics[0].floor)


test.__test__ = False  # pytest collects functions of this name


def run_result(report: dict, name: str) -> RunResult:
    """A tested run as a row of a report's tables.

    Args:
        report: what ``test`` returned, or the content of ``test.json``.
        name: of the model; runs of one name are its seeds.
    """
    sizes = (report["parameters"], report["parameters_without_vocabulary"])
    return RunResult(name, report["metrics"], *sizes, str(Path(report["checkpoint"]).parent))


def write_page(report: dict) -> Path | None:
    """The page of a tested detector, ``test.html`` beside ``test.json``, and its pictures in TensorBoard.

    Args:
        report: what ``test`` returned.

    Returns:
        The page; None where the run scored no windows with times.
    """
    folder = Path(report["path"]).parent
    with np.load(folder / SCORES) as arrays:
        if "start_s" not in arrays:
            return None
    name = Path(report["config_file"]).stem
    tested = load_tested(folder / SCORES, name, report["metrics"]["detection/threshold"])
    title = f"Test of {name}, iteration {report['iter']}"
    written = write_detection_report([tested], [run_result(report, name)], folder / PAGE, title)
    log_pictures(written, written["alarms"].parent, report["iter"])
    return written["page"]


def print_groups(report: dict) -> None:
    """A table: a row for each split and source, a column for each metric; where nothing is told apart, a row a metric."""
    if report["groups"]:
        head = ("split or source", *(name.replace("_", " ") for name in SHOWN))
        rows = [_row(group, values) for group, values in report["groups"].items()]
    else:
        head = ("metric", "value")
        rows = [(name, _cell(value)) for name, value in report["metrics"].items() if isinstance(value, (int, float))]
    console = get_console()
    table = terminal_table(head, rows, f"test of {report['checkpoint']}")
    (console if console.is_terminal else Console(width=WIDTH)).print(table)


def _row(group: str, values: dict) -> tuple[str, ...]:
    split, parted, recording = group.partition("/")
    return (f"  {recording}" if parted else split, *(_cell(values.get(name)) for name in SHOWN))


def _cell(value: float | None) -> str:
    return "-" if value is None or not math.isfinite(value) else f"{value:.4g}"
