"""The runs of a sweep: planned, checked, and given a folder each before any of them begins."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from ..checking import check
from ..checking.metrics import is_reported, metric_names
from ..checking.problems import did_you_mean, listed
from ..config import Experiment, load_config
from ..errors import ConfigError, RunFolderError
from ..evaluation.comparison import UNINTERESTING, flatten
from ..run_folder import read_result
from ..testing import TESTED
from .grid import Point

LONGEST = 80  # characters of a folder's name
SHOWN = 3  # values that differ, in a message


@dataclass(frozen=True)
class PlannedRun:
    """One run.

    Args:
        point: of the grid.
        seed: the value of the config's variable ``seed``.
        experiment: loaded with both, its work directory inside the sweep's.
        tested: whether it is measured on its test splits too.
    """

    point: Point
    seed: int
    experiment: Experiment
    tested: bool = False

    @property
    def folder(self) -> Path:
        """Where it lives."""
        return self.experiment.work_dir

    @property
    def label(self) -> str:
        """How messages call it."""
        return " ".join(filter(None, [self.point.label, f"seed {self.seed}"]))

    @property
    def finished(self) -> bool:
        """Whether all that was asked of it is done."""
        return read_result(self.folder) is not None and (not self.tested or (self.folder / TESTED).is_file())


def plan_runs(
    config: str | Path, options: dict, points: list[Point], seeds: int, out: Path, tested: bool = False
) -> list[PlannedRun]:
    """Every point with every seed, counted from the config's own.

    Args:
        config: the config file.
        options: of every run.
        points: see ``grid.points``.
        seeds: at least 1.
        out: the sweep's folder.
        tested: whether runs are measured on their test splits.

    Raises:
        ConfigError: the config cannot be read with these options, or cannot be seeded or tested.
    """
    first = load_config(config, options).cfg.get("seed")
    if not isinstance(first, int) or "seed" in {key for point in points for key in point.options}:
        raise ConfigError(
            [f"seed: got {first!r} in {config}, expected a whole number that --seeds can count from, not in --grid"]
        )
    if seeds < 1:
        raise ConfigError([f"--seeds: got {seeds}, expected at least 1"])
    runs = []
    for point in points:
        for seed in range(first, first + seeds):
            experiment = load_config(config, {**options, **point.options, "seed": seed})
            experiment.cfg.work_dir = str(out / folder_name(point) / f"seed_{seed}")
            runs.append(PlannedRun(point, seed, experiment, tested))
    if tested and not runs[0].experiment.cfg.get("test_dataloader"):
        raise ConfigError([f"--test: {config} has no test_dataloader"])
    return runs


def folder_name(point: Point) -> str:
    """A name for the point's folder: its label where that is short and plain, else the beginning of it and a digest."""
    plain = re.sub(r"[^\w.=+-]+", "_", point.label) or "as_it_is"
    if len(plain) <= LONGEST and re.fullmatch(r"[\w.=+ -]*", point.label):
        return plain
    return f"{plain[:LONGEST]}-{hashlib.sha256(point.label.encode()).hexdigest()[:8]}"


def require_all(runs: list[PlannedRun], companions: bool = True) -> None:
    """Refuse the sweep where any of its configs has a problem, or a folder holds a run of another config.

    Args:
        runs: of the sweep; one of each point is checked.
        companions: whether companions must have been trained.

    Raises:
        ConfigError: everything that is wrong, each problem once.
        RunFolderError: a folder holds a run with other values.
    """
    by_point = {run.point.label: run for run in runs}
    found: dict[str, list[str]] = {}
    for label, run in by_point.items():
        for line in check(run.experiment, companions):
            found.setdefault(line, []).append(label)
    if found:
        raise ConfigError(
            [line if len(labels) == len(by_point) else f"{line} (with {labels[0]})" for line, labels in found.items()]
        )
    for run in runs:
        _require_same(run)


def require_metrics(runs: list[PlannedRun], names: Iterable[str]) -> None:
    """Refuse names that no run will report, as far as that can be told before they run.

    Args:
        runs: of the sweep, checked.
        names: of validation metrics; of test metrics ``test/NAME``.

    Raises:
        ConfigError: some are none.
    """
    known: dict[str, list[str]] = {"": [], "test/": []}
    for run in {one.point.label: one for one in runs}.values():
        cfg = run.experiment.cfg.to_dict()
        for prefix, key in (("", "val_evaluator"), ("test/", "test_evaluator")):
            reported = metric_names(cfg, key) if run.tested or not prefix else []
            if reported is None:
                return
            known[prefix] += reported
    there = list(dict.fromkeys(f"{prefix}{name}" for prefix, names_of in known.items() for name in names_of))
    lines = [
        f"{name!r} is no result of these runs; there are {listed(there)}.{did_you_mean(name, there)}"
        for name in names
        if not is_reported(name.removeprefix("test/"), known["test/" if name.startswith("test/") else ""])
    ]
    if lines:
        raise ConfigError(lines)


def _require_same(run: PlannedRun) -> None:
    recorded = run.folder / "config.py"
    if not recorded.is_file():
        return
    there, wanted = _values(Config.fromfile(recorded, lazy_import=False)), _values(run.experiment.recorded())
    other = [key for key in {**there, **wanted} if there.get(key) != wanted.get(key)]
    if other:
        shown = "; ".join(f"{key}: {there.get(key)!r} there, {wanted.get(key)!r} now" for key in other[:SHOWN])
        raise RunFolderError(f"{run.folder}: holds a run of another config ({shown}). Choose another --out.")


def _values(config: Config) -> dict:
    return {key: value for key, value in flatten(config.to_dict()).items() if key.split(".")[0] not in UNINTERESTING}
