"""What differs between runs: their configs, value by value, and their results."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from rich.console import Console
from rich.table import Table

from ..errors import RunFolderError
from ..json_file import read_json
from ..tables import terminal_table

ABSENT = "–"
# They differ between any two runs and change nothing in what is learnt.
UNINTERESTING = ("work_dir", "filename", "experiment_name", "log_level", "resume", "load_from")


@dataclass(frozen=True)
class Run:
    """A finished run: its config and what it reached.

    Args:
        name: how tables call it.
        config: flattened, dotted path -> value.
        metrics: result -> value.
    """

    name: str
    config: dict[str, object]
    metrics: dict[str, float]


@dataclass(frozen=True)
class Comparison:
    """Runs side by side; every list has one entry a run, ``ABSENT`` where a run lacks it.

    Args:
        names: of the runs.
        config: dotted path -> values, of those that differ.
        metrics: result -> values.
    """

    names: list[str]
    config: dict[str, list]
    metrics: dict[str, list]


def compare(folders: Sequence[str | Path]) -> Comparison:
    """Compare finished runs.

    Args:
        folders: two or more, each with ``config.py`` and ``result.json``.

    Raises:
        RunFolderError: fewer than two folders, or one that does not hold a finished run.
    """
    paths = [Path(folder) for folder in folders]
    if len(paths) < 2:
        raise RunFolderError(f"a comparison needs at least two runs, got {len(paths)}. Name another run's folder.")
    runs = [read_run(path, name) for path, name in zip(paths, _names(paths))]
    config = _side_by_side([run.config for run in runs])
    return Comparison(
        names=[run.name for run in runs],
        config={path: values for path, values in config.items() if any(value != values[0] for value in values)},
        metrics=_side_by_side([run.metrics for run in runs]),
    )


def read_run(folder: Path, name: str) -> Run:
    """Read one finished run.

    Raises:
        RunFolderError: says which file is missing or unreadable, and what that means.
    """
    if not folder.is_dir():
        raise RunFolderError(f"{folder}: no such folder, expected that of a run, such as work_dirs/<config>.")
    if not (folder / "config.py").is_file():
        raise RunFolderError(
            f"{folder}: is not a run, it has no config.py. Give the folder that a training wrote into."
        )
    if not (folder / "result.json").is_file():
        raise RunFolderError(f"{folder}: the run has not finished, it has no result.json. Go on with it by --resume.")
    return Run(name, _read_config(folder / "config.py"), read_metrics(folder / "result.json"))


def _read_config(path: Path) -> dict[str, object]:
    try:
        config = Config.fromfile(path, import_custom_modules=False, lazy_import=False).to_dict()
    except Exception as error:  # a config is Python: reading it can fail in any way
        raise RunFolderError(f"{path}: cannot be read as a config ({error}). Mend it, or leave the run out.") from error
    return {path: value for path, value in flatten(config).items() if path.split(".")[0] not in UNINTERESTING}


def read_metrics(path: Path) -> dict[str, float]:
    """The results that a run or a test has written.

    Args:
        path: of ``result.json`` or ``test.json``.

    Raises:
        RunFolderError: it is damaged.
    """
    content = read_json(path, RunFolderError, "Run the test again.")
    metrics = {"parameters": content["parameters"]} if "parameters" in content else {}
    found = content.get("metrics", content)
    if not isinstance(found, dict):
        raise RunFolderError(f"{path}: its metrics are a {type(found).__name__}, expected a dict. Run the test again.")
    metrics |= found
    return {name: value for name, value in metrics.items() if isinstance(value, int | float) and value is not True}


def flatten(value, path: str = "") -> dict[str, object]:
    """Dotted path -> plain value.

    A list of components is keyed by their types, ``custom_hooks[KDHook].alpha``, so that one more hook in a run
    does not make all that follow it differ; any other list is one value.
    """
    if isinstance(value, dict) and value:
        pairs = [(f"{path}.{key}" if path else str(key), entry) for key, entry in value.items()]
    elif (types := _types(value)) is not None:
        pairs = [(f"{path}[{kind}]", entry) for kind, entry in zip(types, value)]
    else:
        return {path: list(value) if isinstance(value, tuple) else value}
    return {key: leaf for sub_path, entry in pairs for key, leaf in flatten(entry, sub_path).items()}


def _types(value) -> list[str] | None:
    """The types of a list of components, numbered where one repeats; None for anything else."""
    if not isinstance(value, list | tuple) or not value:
        return None
    if not all(isinstance(entry, dict) and isinstance(entry.get("type"), str) for entry in value):
        return None
    types = [entry["type"] for entry in value]
    seen = [types[:number].count(kind) for number, kind in enumerate(types)]
    return [kind if before == 0 else f"{kind} {before + 1}" for kind, before in zip(types, seen)]


def _names(paths: list[Path]) -> list[str]:
    """Each folder's path without the parts that all share at its beginning and its end."""
    parts = [path.resolve().parts for path in paths]
    while len({part[-1] for part in parts}) == 1 and min(map(len, parts)) > 1:
        parts = [part[:-1] for part in parts]
    while len({part[0] for part in parts}) == 1 and min(map(len, parts)) > 1:
        parts = [part[1:] for part in parts]
    return ["/".join(part) for part in parts]


def _side_by_side(columns: list[dict]) -> dict[str, list]:
    keys = dict.fromkeys(key for column in columns for key in column)
    return {key: [column.get(key, ABSENT) for column in columns] for key in keys}


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Both tables on the terminal."""
    console = console or Console()
    console.print(_table("config, where it differs", comparison.names, comparison.config))
    console.print(_table("results", comparison.names, comparison.metrics))


def _table(title: str, names: list[str], content: dict[str, list]) -> Table:
    return terminal_table(("", *names), [(key, *map(_text, values)) for key, values in content.items()], title)


def _text(value) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
