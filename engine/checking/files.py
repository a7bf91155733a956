"""The files a config needs: other configs, their checkpoints, and data."""

from pathlib import Path

from ...registry import DATASETS
from ..companions import Companion, inherit, missing_message
from ..config import PACKAGE_ROOT, Experiment, is_reference, walk
from ..errors import ConfigError
from .declared import argument, known_class
from .problems import Problems
from .signatures import signature_of

# What a run folder's name raises where ``run`` or ``custom_hooks`` is malformed, which the check of that config reports.
UNNAMED = (TypeError, ValueError, AttributeError)
PATH_ARGUMENTS = ("root", "path", "data_root", "image_dir")


def load_companions(problems: Problems, experiment: Experiment, cfg: dict) -> list[Companion]:
    """The companions whose configs can be read; a problem for each of the others."""
    found = []
    for where, value in walk(cfg):
        if is_reference(value):
            try:
                other = inherit(value["config"], experiment)
            except ConfigError as error:
                for problem in error.problems:
                    problems.add(f"{where}.config", problem)
                continue
            found.append(Companion(where, other, value.get("checkpoint", "auto")))
    return found


def check_checkpoint(problems: Problems, companion: Companion, experiment: Experiment, trained_first: bool) -> None:
    """Report a companion's checkpoint that is not there.

    Args:
        problems: receives what is wrong.
        companion: the reference.
        experiment: the config that makes it.
        trained_first: missing companions are trained before they are needed, so only given files must be there.
    """
    if trained_first and companion.checkpoint == "auto":
        return
    try:
        message = missing_message(companion, experiment) if companion.file is None else None
    except UNNAMED:
        return
    if message:
        path, _, text = message.partition(": ")
        problems.add(path, text)


def is_trained(companion: Companion) -> bool:
    """Whether a companion's run has finished; False where its folder cannot be named."""
    try:
        return companion.trained
    except UNNAMED:
        return False


def check_data(problems: Problems, experiment: Experiment, cfg: dict, seen: set[str]) -> None:
    """Report the paths of data sets that do not exist, each once, and a checkpoint to begin with that is not there.

    Args:
        problems: receives what is wrong.
        experiment: the loaded config.
        cfg: its content as a plain dict.
        seen: paths that were reported already; grows.
    """
    start = cfg.get("load_from")
    if isinstance(start, str) and not Path(start).is_file():
        problems.add("load_from", f"{start}: no such checkpoint")
    for key in ("train_dataloader", "val_dataloader", "test_dataloader"):
        loader = cfg.get(key)
        dataset = loader.get("dataset") if isinstance(loader, dict) else None
        for where, value in walk(dataset, f"{key}.dataset"):
            component = known_class(DATASETS, value)
            if component is not None:
                _check_paths(problems, where, component, value, experiment, seen)


def _check_paths(problems: Problems, where: str, component, cfg: dict, experiment: Experiment, seen: set[str]) -> None:
    for name in PATH_ARGUMENTS:
        value = argument(component, cfg, name)
        known = name in signature_of(component).parameters
        if not known or not isinstance(value, str) or value in seen or _exists(value):
            continue
        seen.add(value)
        problems.add(
            f"{where}.{name}",
            f"{value}: no such file or folder (looked in {' and '.join(dict.fromkeys(map(str, (Path.cwd(), PACKAGE_ROOT))))}). "
            f"{_maker(component)} your own add --cfg-options {_option(value, f'{where}.{name}', experiment)}=...",
        )


def _maker(component) -> str:
    """What writes synthetic data of the kind, where a data set says so, and how the sentence goes on."""
    made_by = getattr(component, "made_by", None)
    return f"`{made_by}` writes synthetic data; for" if made_by else "For"


def _exists(value: str) -> bool:
    return Path(value).exists() or (PACKAGE_ROOT / value).exists()


def _option(value: str, path: str, experiment: Experiment) -> str:
    """The variable of the config that holds the beginning of a path, or the dotted key itself."""
    for name, variable in experiment.variables.items():
        if isinstance(variable, str) and variable and (value == variable or value.startswith(f"{variable}/")):
            return name
    return path
