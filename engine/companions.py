"""Configs that name other configs: a teacher, a scorer, a reference. They form a graph, trained in its order."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from ..registry import FUNCTIONS
from .checkpoint import chosen, read_checkpoint
from .config import Experiment, is_reference, load_config, locate_config, shown, variables_below, walk
from .errors import CompanionError, ConfigError
from .origin import build_network, origin_of
from .run_folder import read_result


@dataclass
class Companion:
    """One reference from a config to another.

    Attributes:
        where: dotted path of the reference.
        experiment: the config it names, with the variables of the one that names it.
        checkpoint: ``auto`` or a file.
    """

    where: str
    experiment: Experiment
    checkpoint: str

    @property
    def file(self) -> Path | None:
        """The checkpoint file, or None where there is none yet."""
        if self.checkpoint != "auto":
            path = Path(self.checkpoint)
            return path if path.is_file() else None
        return chosen(self.experiment.work_dir)

    @property
    def trained(self) -> bool:
        """Whether its run has finished, or a given file is there."""
        if self.checkpoint != "auto":
            return self.file is not None
        return read_result(self.experiment.work_dir) is not None and self.file is not None


def companions_of(experiment: Experiment) -> list[Companion]:
    """The companions a config names, in the order of their appearance."""
    found = []
    for where, value in walk(experiment.cfg.to_dict()):
        if is_reference(value):
            other = inherit(value["config"], experiment)
            found.append(Companion(where, other, value.get("checkpoint", "auto")))
    return found


def inherit(config: str, experiment: Experiment) -> Experiment:
    """Another config, with the options of ``experiment`` that are variables of it (``data_root``, ``seed``, ...)."""
    known = load_config(config)
    passed = {"work_root", *known.variables, *variables_below(known.cfg)}
    shared = {key: value for key, value in experiment.options.items() if key in passed}
    return load_config(config, shared) if shared else known


def training_order(experiment: Experiment) -> list[Companion]:
    """Every companion below a config, those that others need first, each work directory once.

    Raises:
        ConfigError: the configs name each other in a circle.
    """
    order: dict[Path, Companion] = {}
    _visit(experiment, [(experiment.path, experiment.work_dir)], order)
    return list(order.values())


def _visit(experiment: Experiment, trail: list[tuple[Path, Path]], order: dict[Path, Companion]) -> None:
    for companion in companions_of(experiment):
        if companion.checkpoint != "auto":
            continue
        # The folder too, because a config may distil from itself without distillation.
        step = (companion.experiment.path, companion.experiment.work_dir)
        if step in trail:
            circle = " -> ".join(path.name for path, _ in [*trail[trail.index(step) :], step])
            raise ConfigError([f"{companion.where}: the configs name each other in a circle: {circle}"])
        _visit(companion.experiment, [*trail, step], order)
        order.setdefault(companion.experiment.work_dir, companion)


def missing_message(companion: Companion, experiment: Experiment) -> str:
    """What to say of a companion that is not there, with the command that trains it."""
    if companion.checkpoint != "auto":
        return f"{companion.where}.checkpoint: {companion.checkpoint}: no such file"
    options = " ".join(f"{key}={value}" for key, value in companion.experiment.options.items())
    command = f"python tools/train.py {shown(companion.experiment.path)}" + (
        f" --cfg-options {options}" if options else ""
    )
    return (
        f"{companion.where}: {shown(companion.experiment.path)} has no checkpoint in {companion.experiment.work_dir}. "
        f"Train it first with `{command}`, or add --with-companions to train all that {experiment.path.name} needs."
    )


def resolved(experiment: Experiment) -> Experiment:
    """A copy in which every ``checkpoint="auto"`` is a file.

    Raises:
        CompanionError: a companion has no checkpoint; the message holds the command that makes it.
    """
    result = copy.copy(experiment)
    result.cfg = copy.deepcopy(experiment.cfg)
    by_path = {companion.where: companion for companion in companions_of(experiment)}
    for where, value in walk(result.cfg._cfg_dict):
        if where in by_path:
            companion = by_path[where]
            if companion.file is None:
                raise CompanionError(missing_message(companion, experiment))
            value["checkpoint"] = str(companion.file.resolve())
    return result


def as_recorded(experiment: Experiment, recorded: dict) -> Experiment:
    """A copy in which every ``checkpoint="auto"`` is the file that the run's own config names at the same place.

    A run's folder does not say with which options its companions were found; its checkpoints do.

    Args:
        experiment: the config of a run that is tested.
        recorded: the config in the run's checkpoint. What it does not name, or what is gone, stays ``auto``.
    """
    result = copy.copy(experiment)
    result.cfg = copy.deepcopy(experiment.cfg)
    files = {where: value.get("checkpoint", "auto") for where, value in walk(recorded) if is_reference(value)}
    for where, value in walk(result.cfg._cfg_dict):
        if (
            is_reference(value)
            and value.get("checkpoint", "auto") == "auto"
            and Path(files.get(where, "auto")).is_file()
        ):
            value["checkpoint"] = files[where]
    return result


@FUNCTIONS.register_module()
def load_companion(config: str, checkpoint: str) -> tuple[nn.Module, dict]:
    """The network of another config with its trained weights, and its checkpoint's ``meta``.

    The network is rebuilt from the config inside the checkpoint and loaded strictly, so it is the network that was trained.

    Raises:
        CompanionError: no checkpoint there, or it was made by another config than ``config``.
    """
    file = Companion("", load_config(config), checkpoint).file if checkpoint == "auto" else Path(checkpoint)
    if file is None:
        raise CompanionError(f"{config}: has no checkpoint; train it with `python tools/train.py {config}`")
    content = read_checkpoint(file)
    meta = origin_of(content, file)
    made_by = meta["config_file"]
    # A run's folder keeps a copy of its config beside its checkpoints.
    is_own_copy = locate_config(config).parent == file.resolve().parent
    if made_by != Path(config).name and not is_own_copy:
        raise CompanionError(f"{file}: was made by {made_by}, expected {Path(config).name}")
    return build_network(content, file), meta


def check_same_data(source: nn.Module | dict, dataset, name: str = "") -> None:
    """Compare the data a checkpoint or a model's companions were trained on with ``dataset``.

    Raises:
        CompanionError: the digests differ.
    """
    ours = getattr(dataset, "provenance", dict)().get("digest")
    if isinstance(source, dict):
        _compare(source.get("data", {}).get("digest"), ours, name)
        return
    for module in source.modules():
        theirs: Any = getattr(module, "provenance_of_data", None)
        if theirs is not None:
            _compare(theirs.get("digest"), ours, str(module.config))


def _compare(theirs: str | None, ours: str | None, name: str) -> None:
    if theirs and ours and theirs != ours:
        raise CompanionError(
            f"{name}: was trained on other data (digest {theirs[:12]}, this run has {ours[:12]}), so vocabulary and "
            "scaling differ. Train it on the same data_root and window, or use another work_root."
        )
