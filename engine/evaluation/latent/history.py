"""The evaluations that a run has logged, read back."""

from pathlib import Path

from ...errors import RunFolderError
from ..scalars import read_curves
from .statistics import Evaluation, from_flat

TOLERANCE = 1e-3  # relative; batches of another size and another device change the last digits


def read_history(folder: str | Path, prefix: str = "latent") -> dict[float, Evaluation]:
    """Iteration -> the evaluation logged there, in the order of training.

    Args:
        folder: of the run.
        prefix: of the metric ``LatentStatistics``.

    Raises:
        RunFolderError: no log, or no statistics in it.
    """
    metrics = read_curves(folder).metrics
    lines: dict[float, dict[str, float]] = {}
    for name, (iterations, values) in metrics.items():
        if name.startswith(f"{prefix}/"):
            for iteration, value in zip(iterations, values):
                lines.setdefault(iteration, {})[name.removeprefix(f"{prefix}/")] = value
    try:
        found = {iteration: from_flat(lines[iteration]) for iteration in sorted(lines)}
    except KeyError as error:
        raise RunFolderError(
            f"{folder}: the log has {prefix}/ results, but no {prefix}/{error.args[0]}. It is of another metric: "
            "give LatentStatistics a prefix of its own."
        ) from error
    if not found:
        raise RunFolderError(
            f"{folder}: the log has no {prefix}/ results, expected those of LatentStatistics. "
            'Add dict(type="LatentStatistics") to val_evaluator and train again.'
        )
    return found


def differences(measured: Evaluation, logged: Evaluation) -> dict[str, tuple[float, float]]:
    """Where two evaluations of the same weights disagree: name -> (measured, logged)."""
    ours, theirs = measured.flat(), logged.flat()
    return {
        name: (value, theirs[name])
        for name, value in ours.items()
        if name not in theirs or not abs(value - theirs[name]) <= TOLERANCE * max(abs(value), 1.0)
    }
