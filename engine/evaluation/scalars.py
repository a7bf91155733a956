"""The curves that a run has logged, read back over all of its resumes."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from ...datasets.errors import printable
from ..errors import RunFolderError

# What is logged beside losses and metrics.
NOT_A_LOSS = {"epoch", "iter", "step", "lr", "base_lr", "momentum", "time", "data_time", "memory", "grad_norm"}

_FARTHEST = 1e15  # steps; whole numbers up to there are exact as floating-point ones

Curve = tuple[list[float], list[float]]


@dataclass
class RunCurves:
    """Training losses and validation metrics of one run.

    Args:
        name: for the legend.
        losses: name -> (iterations, values).
        metrics: name -> (iterations, values).
    """

    name: str
    losses: dict[str, Curve] = field(default_factory=dict)
    metrics: dict[str, Curve] = field(default_factory=dict)


def read_curves(folder: str | Path, name: str | None = None) -> RunCurves:
    """Read every ``*/vis_data/scalars.json`` below a run's folder, merged by step; the later line wins.

    A line of training holds ``train/...`` or ``iter``, any other is of a validation. Where lines of training name their
    epoch and the steps of validation count epochs, a validation is put at the last iteration of its epoch. A last line
    that a killed run left unfinished is skipped.

    Args:
        folder: of the run.
        name: for the legend; the folder's name where None.

    Raises:
        RunFolderError: the folder holds no scalars, or a line that is not JSON and not the last of its file.
    """
    folder = Path(folder)
    files = sorted(folder.glob("*/vis_data/scalars.json")) or sorted(folder.glob("vis_data/scalars.json"))
    if not files:
        raise RunFolderError(
            f"{folder}: no curves, expected */vis_data/scalars.json below it. "
            "Give the folder of a run that has logged at least once."
        )
    training: dict[float, dict] = {}
    validation: dict[float, dict] = {}
    for line in (line for file in files for line in _lines(file)):
        chosen = training if _is_training(line) else validation
        chosen.setdefault(line["step"], {}).update(line)
    at_iteration = _iterations(training, validation)
    return RunCurves(
        name=name or folder.name,
        losses=_columns(dict(sorted(training.items()))),
        metrics=_columns({at_iteration[step]: line for step, line in sorted(validation.items())}),
    )


def _lines(file: Path) -> list[dict]:
    content = file.read_bytes().decode("utf-8", "replace")
    texts = [(number, text) for number, text in enumerate(content.split("\n"), 1) if text.strip()]
    lines = []
    for number, text in texts:
        try:
            line = json.loads(text)
        except (ValueError, RecursionError) as error:
            if number == texts[-1][0]:
                break
            raise RunFolderError(
                f"{file}, line {number}: not JSON ({printable(error, 200)}). Delete that line; the others can still be drawn."
            ) from error
        if not isinstance(line, dict) or not all(_is_place(line.get(name, 0)) for name in ("step", "epoch")):
            raise RunFolderError(
                f"{file}, line {number}: no figures of a step. Delete that line; the others can be drawn."
            )
        if "step" in line:
            lines.append(line)
    return lines


def _is_place(value: object) -> bool:
    """Whether a step or an epoch can be put on an axis."""
    return isinstance(value, int | float) and -_FARTHEST < value < _FARTHEST


def _is_training(line: dict) -> bool:
    return "iter" in line or any(name.startswith("train/") for name in line)


def _iterations(training: dict[float, dict], validation: dict[float, dict]) -> dict[float, float]:
    """The training iteration at which each validation took place."""
    last: dict[float, float] = {}
    for step, line in training.items():
        if "epoch" in line:
            last[line["epoch"]] = max(step, last.get(line["epoch"], step))
    if not last or any(step > max(last) for step in validation):
        return {step: step for step in validation}
    # An epoch shorter than the logging interval has left no line of its own.
    per_epoch = max((step / epoch for epoch, step in last.items() if epoch > 0), default=1.0)
    return {step: last.get(step, round(step * per_epoch)) for step in validation}


def _columns(lines: dict[float, dict]) -> dict[str, Curve]:
    columns: dict[str, Curve] = {}
    for step, line in lines.items():
        for name, value in line.items():
            if _is_result(name, value):
                steps, values = columns.setdefault(name.removeprefix("train/").removeprefix("val/"), ([], []))
                steps.append(step)
                values.append(float(value))
    return columns


def _is_result(name: str, value) -> bool:
    leaf = name.rpartition("/")[2]
    return isinstance(value, int | float) and not isinstance(value, bool) and leaf not in NOT_A_LOSS
