"""The names by which losses read outputs and batches, for the task and for distillation."""

import contextlib
from collections.abc import Callable

from ...registry import DATASETS, HOOKS, LOSSES, METRICS, MODELS
from ..companions import inherit
from ..config import Experiment
from ..errors import ConfigError
from .declared import Names, argument, batch_of, check_names, declared, known_class, outputs_of, predictions_of
from .hooks import hooks_of
from .metrics import metrics_of
from .problems import Problems, listed, shown


def check_references(problems: Problems, experiment: Experiment, cfg: dict) -> None:
    """Check the names between the network, its losses, its data and its teachers."""
    network_cfg, network = _network(cfg)
    if network is None:
        return
    outputs, batch = outputs_of(network, network_cfg), _batch(cfg, network, network_cfg)
    for key in declared(network, "inputs", network_cfg) or ():
        check_names(problems, "model.network", key, batch)
    losses = cfg["model"].get("losses")
    for name, loss in losses.items() if isinstance(losses, dict) else ():
        check_loss(problems, f"model.losses.{name}", loss, outputs, batch)
    for phase in ("val", "test"):
        _check_metrics(problems, cfg, phase, predictions_of(network, network_cfg))
    for path, hook in hooks_of(cfg):
        if hook.get("type") == "KDHook" and known_class(HOOKS, hook):
            _check_distillation(problems, path, hook, experiment, cfg)


def _network(cfg: dict) -> tuple[dict, Callable | None]:
    """The config of the network and its class, which is None where it cannot be told."""
    model = cfg.get("model")
    network_cfg = model.get("network") if isinstance(model, dict) else None
    return network_cfg or {}, known_class(MODELS, network_cfg)


def _check_metrics(problems: Problems, cfg: dict, phase: str, predictions: Names | None) -> None:
    """Check the names that the metrics of validation or of the test read."""
    dataset_cfg, dataset = _dataset(cfg, f"{phase}_dataloader")
    fields = declared(dataset, "fields", dataset_cfg)
    batch = None if fields is None else Names(fields, f"batch of {shown(dataset)}")
    for path, metric in metrics_of(cfg, f"{phase}_evaluator"):
        _check_reads(problems, path, known_class(METRICS, metric), metric, predictions, batch)


def _dataset(cfg: dict, loader: str) -> tuple[dict, Callable | None]:
    """The config of a loader's data set and its class, which is None where it cannot be told."""
    loader_cfg = cfg.get(loader)
    dataset_cfg = loader_cfg.get("dataset") if isinstance(loader_cfg, dict) else None
    return dataset_cfg or {}, known_class(DATASETS, dataset_cfg)


def _batch(cfg: dict, network, network_cfg: dict) -> Names | None:
    dataset_cfg, dataset = _dataset(cfg, "train_dataloader")
    return None if dataset is None else batch_of(dataset, dataset_cfg, network, network_cfg)


def check_loss(problems: Problems, path: str, cfg, outputs: Names | None, batch: Names | None) -> None:
    """Check the names that one loss reads.

    Args:
        problems: receives what is wrong.
        path: dotted path of the loss.
        cfg: its config.
        outputs: what the network gives, or None where that is not known.
        batch: what the data set gives, or None.
    """
    _check_reads(problems, path, known_class(LOSSES, cfg), cfg, outputs, batch)


def _check_reads(
    problems: Problems, path: str, component: Callable | None, cfg: dict, outputs: Names | None, batch: Names | None
) -> None:
    """Check the arguments that a class declares to be names of outputs and keys of the batch."""
    if component is None:
        return
    for names, source in (("output_args", outputs), ("batch_args", batch)):
        for name in getattr(component, names, ()):
            check_names(problems, f"{path}.{name}", argument(component, cfg, name), source)


def _check_distillation(problems: Problems, path: str, hook: dict, experiment: Experiment, cfg: dict) -> None:
    _check_strength(problems, path, hook)
    network_cfg, network = _network(cfg)
    refusal = getattr(network, "kd_refusal", None)
    if isinstance(refusal, str) and network is not None:
        problems.add(path, f"KDHook: {shown(network)} cannot be distilled: {refusal}")
        return
    if hook.get("teacher") in ([], ()):
        problems.add(
            f"{path}.teacher", "KDHook got an empty list, expected at least one dict(config=..., checkpoint='auto')"
        )
    losses = hook.get("losses") or getattr(network, "distillation", None)
    if not losses:
        problems.add(f"{path}.losses", f"missing; {shown(network)} has no `distillation` of its own")
    if not isinstance(losses, dict):
        return
    batch, teachers = _batch(cfg, network, network_cfg), _teachers(hook, experiment)
    for where, name, teacher_cfg, teacher in teachers:
        _check_teacher(problems, f"{path}.{where}", name, teacher, teacher_cfg, batch)
    named = [_outputs_of_teacher(name, teacher, teacher_cfg) for _, name, teacher_cfg, teacher in teachers]
    for name, loss in losses.items():
        for outputs in (outputs_of(network, network_cfg), *named):
            check_loss(problems, f"{path}.losses.{name}", loss, outputs, batch)


def _check_strength(problems: Problems, path: str, hook: dict) -> None:
    alpha, temperature = hook.get("alpha", 0.7), hook.get("temperature", 4.0)
    if isinstance(alpha, (int, float)) and not 0 <= alpha <= 1:
        problems.add(f"{path}.alpha", f"KDHook got {alpha!r}, expected a number in [0, 1]")
    if isinstance(temperature, (int, float)) and not temperature > 0:
        problems.add(f"{path}.temperature", f"KDHook got {temperature!r}, expected a number above 0")


def _teachers(hook: dict, experiment: Experiment) -> list[tuple[str, str, dict, Callable]]:
    """Of every teacher whose network is known: its place in the hook, its config, and the network's arguments and class."""
    given = hook.get("teacher")
    several = isinstance(given, (list, tuple))
    found = []
    for number, reference in enumerate(given if several else [given]):
        config = reference.get("config") if isinstance(reference, dict) else None
        with contextlib.suppress(ConfigError):  # the check of the files says what is wrong with it
            cfg, network = (
                _network(inherit(config, experiment).cfg.to_dict()) if isinstance(config, str) else ({}, None)
            )
            if network is not None:
                found.append((f"teacher.{number}" if several else "teacher", str(config), cfg, network))
    return found


def _check_teacher(problems: Problems, path: str, config: str, teacher, cfg: dict, batch: Names | None) -> None:
    """Check what a teacher reads: it gets the student's batch, after the student's ``prepare``."""
    wanted = (*(declared(teacher, "inputs", cfg) or ()), *(declared(teacher, "prepares", cfg) or ()))
    missing = [] if batch is None else [name for name in wanted if name not in batch.words]
    if missing and batch is not None:
        problems.add(
            path,
            f"{shown(teacher)} of {config} reads {listed(missing)}, expected names of the {batch.owner}: {listed(batch.words)}",
        )


def _outputs_of_teacher(config: str, teacher, cfg: dict) -> Names | None:
    names = outputs_of(teacher, cfg)
    return names and Names(names.words, f"{names.owner}, the teacher in {config}")
