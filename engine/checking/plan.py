"""The rules of the plan: how runs are named, and which mode belongs to which model."""

from ..paths import LEARNING_TYPES, MODES
from .problems import Problems, did_you_mean, fix, listed

REQUIRED = ("modality", "dataset", "model", "model_size", "mode")


def check_plan(problems: Problems, run) -> None:
    """Check the dict ``run``, from which the work directory is named.

    Args:
        problems: receives what is wrong.
        run: the config's ``run``; None or not a dict is not judged here.
    """
    if not isinstance(run, dict) or not run:
        return
    known = (*REQUIRED, "learning_type")
    for key, value in run.items():
        if key not in known:
            problems.add(f"run.{key}", f"unknown key.{fix(key, known)}")
        elif not isinstance(value, str) and not (key == "learning_type" and value is None):
            problems.add(f"run.{key}", f"got {value!r} ({type(value).__name__}), expected str, the name of a folder")
    for key in REQUIRED:
        if key not in run:
            problems.add(f"run.{key}", "missing; the run's folder is named by it")
    _check_model(problems, run)


def _check_model(problems: Problems, run: dict) -> None:
    model, mode, learning_type = run.get("model"), run.get("mode"), run.get("learning_type")
    if not isinstance(model, str):
        return
    if model not in LEARNING_TYPES:
        if learning_type is None:
            hint = did_you_mean(model, LEARNING_TYPES) or f" Known without it: {listed(LEARNING_TYPES)}."
            problems.add("run.learning_type", f"missing; the model {model!r} has none of its own.{hint}")
        return
    if learning_type not in (None, LEARNING_TYPES[model]):
        problems.add("run.learning_type", f"got {learning_type!r}, expected {LEARNING_TYPES[model]!r} for {model!r}")
    if isinstance(mode, str) and mode not in MODES[model]:
        hint = did_you_mean(mode, MODES[model])
        problems.add("run.mode", f"got {mode!r}, expected {' or '.join(map(repr, MODES[model]))} for {model!r}.{hint}")
