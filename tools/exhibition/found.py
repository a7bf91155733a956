"""Runs below folders, and what their files say of how they were made."""

import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config

from stillhouse.datasets.errors import printable
from stillhouse.engine.config import SETTINGS, load_config
from stillhouse.engine.errors import ConfigError, RunFolderError
from stillhouse.engine.json_file import read_json
from stillhouse.engine.run_folder import RESULT, read_result
from stillhouse.engine.testing import TESTED

POINTER = "last_checkpoint"


@dataclass(frozen=True)
class Run:
    """A run's folder, read without its checkpoint.

    Attributes:
        folder: of the run.
        name: of its config, without the ending.
        config: as it was trained, references resolved.
        result: of ``result.json``; empty where training has not ended.
        tested: of ``test.json``; empty where it was not tested.
        fault: why the run cannot be shown; empty where nothing is known against it.
    """

    folder: Path
    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    tested: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""

    @property
    def metrics(self) -> dict[str, float]:
        """By name; those of the test stand before those of the validation."""
        return {**self.result.get("metrics", {}), **self.tested.get("metrics", {})}

    @property
    def seed(self) -> int | None:
        """That training began with."""
        return (self.config.get("randomness") or {}).get("seed", self.config.get("seed"))

    @property
    def changed(self) -> float:
        """When its result, else its newest checkpoint, was written."""
        files = [self.folder / name for name in (RESULT, POINTER)]
        return next((file.stat().st_mtime for file in files if file.is_file()), 0.0)


def find_runs(folders: Iterable[Path]) -> list[Run]:
    """Every run in the folders and below them; links are not followed.

    Args:
        folders: those that are not there hold no run.
    """
    places: dict[Path, None] = {}
    for folder in folders:
        for place, below, files in os.walk(folder):
            below.sort()
            if "config.py" in files and (POINTER in files or RESULT in files):
                places[Path(place)] = None
                below.clear()  # what a run holds is its own
    return [read_run(place) for place in places]


def read_run(folder: Path) -> Run:
    """What the small files of a run's folder say; what is damaged is a fault of the run, not an error."""
    try:
        config = Config.fromfile(str(folder / "config.py"), lazy_import=False).to_dict()
    except Exception as error:  # a config is Python, so anything may go wrong in it
        return Run(folder, "", fault=f"{folder / 'config.py'}: cannot be read as a config ({printable(error, 200)})")
    name = Path(str(config.get("config_file", folder.name))).stem
    try:
        result = read_result(folder)
        known = {} if result is None else _with_metrics(folder, result)
        return Run(folder, name, config, known, _tested(folder))
    except (RunFolderError, OSError) as error:
        return Run(folder, name, config, fault=str(error))


def command_of(run: Run) -> str:
    """The command line that trains such a run: its config, and the variables in which it differs from the shipped one."""
    shipped = f"configs/{run.name}.py"
    options = _options(run, shipped)
    words = [shlex.quote(f"{key}={value}") for key, value in options.items()]
    given = f" --cfg-options {' '.join(words)}" if words else ""
    return f"python tools/train.py {shipped} --with-companions{given}"


def is_of_another_version(run: Run) -> bool:
    """Whether the shipped config of that name, given the run's variables, describes another network or other losses."""
    shipped = f"configs/{run.name}.py"
    try:
        experiment = load_config(shipped, _options(run, shipped))
    except ConfigError:
        return True
    return experiment.cfg.model.to_dict() != run.config.get("model")


def _options(run: Run, shipped: str) -> dict[str, Any]:
    try:
        variables = load_config(shipped).variables
    except ConfigError:
        return {}
    differing = {key: run.config[key] for key, value in variables.items() if run.config.get(key, value) != value}
    return {key: value for key, value in differing.items() if key not in SETTINGS}


def _tested(folder: Path) -> dict:
    path = folder / TESTED
    if not path.is_file():
        return {}
    return _with_metrics(folder, read_json(path, RunFolderError, "Test the run again with tools/test.py."))


def _with_metrics(folder: Path, content: dict) -> dict:
    metrics = content.get("metrics", {})
    if not isinstance(metrics, dict):
        raise RunFolderError(f"{folder}: metrics are a {type(metrics).__name__}, expected a table of numbers")
    numbers = {
        key: value for key, value in metrics.items() if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    return {**content, "metrics": numbers}
