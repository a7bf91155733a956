"""A search by Optuna's TPE over ranges of options, each trial the mean over seeds."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...datasets.errors import printable
from ...registry import nearest
from ..checkpoint import write_text
from ..errors import ConfigError, RunFolderError
from ..json_file import read_json
from .grid import Point, point
from .table import Row

TRIALS = "trials.json"


@dataclass(frozen=True)
class Range:
    """What an option may be: a number from ``low`` to ``high``, both included.

    Args:
        low, high: whole numbers search whole numbers.
        log: search its logarithm.
    """

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Search:
    """What to search and for what.

    Args:
        ranges: dotted key -> range.
        choices: dotted key -> values as written.
        trials: points to try.
        objective: the metric, as the table calls it.
        rule: whether ``less`` or ``greater`` is better.
        seed: of the search.
    """

    ranges: dict[str, Range]
    choices: dict[str, list[str]]
    trials: int
    objective: str
    rule: Literal["less", "greater"] = "less"
    seed: int = 0


def parse_ranges(given: list[str]) -> dict[str, Range]:
    """``["a.lr=1e-4:1e-2:log"]`` as ``{"a.lr": Range(1e-4, 1e-2, True)}``.

    Raises:
        ConfigError: not of that form, or its ends are in the wrong order.
    """
    ranges: dict[str, Range] = {}
    for text in given:
        key, _, limits = text.partition("=")
        parts = limits.split(":")
        try:
            low, high = (_number(part) for part in parts[:2])
            log = parts[2:] == ["log"]
            usable = key and key not in ranges and low < high and (not parts[2:] or (log and low > 0))
        except ValueError:
            usable = False
        if not usable:
            raise ConfigError(
                [f"--range {text!r}: expected key=low:high or key=low:high:log (of positive numbers), each key once"]
            )
        ranges[key] = Range(low, high, log)
    return ranges


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if not math.isfinite(value):
            raise
        return value


def run_search(search: Search, out: Path, measure: Callable[[Point], Row], say: Callable = print) -> list[Row]:
    """Try one point after another; a search that was killed goes on with the trial in which it was.

    The n-th trial is drawn from the seed, n and the results before it, so that a search in two parts is the search in one.

    Args:
        search: what to search.
        out: the sweep's folder; ``trials.json`` in it remembers every trial.
        measure: trains a point with all its seeds.
        say: receives a line a trial.

    Raises:
        ConfigError: the trials in the folder are of another search, or no result has the objective's name.
        ImportError: Optuna is not installed.
    """
    optuna = _optuna()
    remembered = read_trials(search, out / TRIALS)
    rows = []
    for number in range(search.trials):
        if number == len(remembered):
            remembered.append({"texts": _propose(optuna, search, remembered), "value": None})
            _remember(search, remembered, out / TRIALS)
        trial = remembered[number]
        rows.append(measure(point(trial["texts"])))
        trial["value"] = _objective(search, rows[-1])
        _remember(search, remembered, out / TRIALS)
        say(f"trial {number + 1}/{search.trials}: {rows[-1].point.label}: {search.objective} {trial['value']}")
    return sorted(rows, key=lambda row: _order(search, row))


def _objective(search: Search, row: Row) -> float | None:
    if not row.metrics:
        return None
    if search.objective not in row.metrics:
        near = nearest(search.objective, row.metrics)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ConfigError([f"--objective {search.objective}: the runs have {', '.join(row.metrics)}.{hint}"])
    return row.metrics[search.objective].mean


def _order(search: Search, row: Row) -> float:
    value = _objective(search, row)
    if value is None or math.isnan(value):
        return math.inf
    return value if search.rule == "less" else -value


def _propose(optuna: Any, search: Search, before: list[dict]) -> dict[str, str]:
    """The next trial's values, as written."""
    sampler = optuna.samplers.TPESampler(seed=search.seed * 100_003 + len(before))
    study = optuna.create_study(direction="minimize" if search.rule == "less" else "maximize", sampler=sampler)
    space = _space(optuna, search)
    for trial in before:
        study.add_trial(_past(optuna, search, space, trial))
    drawn = study.ask(space).params
    texts = {key: repr(drawn[key]) for key in search.ranges}
    return texts | {key: values[drawn[key]] for key, values in search.choices.items()}


def _space(optuna: Any, search: Search) -> dict:
    spread = optuna.distributions
    space: dict = {}
    for key, limits in search.ranges.items():
        whole = isinstance(limits.low, int) and isinstance(limits.high, int)
        kind = spread.IntDistribution if whole else spread.FloatDistribution
        space[key] = kind(limits.low, limits.high, log=limits.log)
    # By position, because a value may be a dict or a list.
    return space | {key: spread.CategoricalDistribution(range(len(values))) for key, values in search.choices.items()}


def _past(optuna: Any, search: Search, space: dict, trial: dict) -> Any:
    texts, value = trial["texts"], trial["value"]
    params = {key: _number(texts[key]) for key in search.ranges}
    params |= {key: values.index(texts[key]) for key, values in search.choices.items()}
    learnt = value is not None and not math.isnan(value)
    state = optuna.trial.TrialState.COMPLETE if learnt else optuna.trial.TrialState.FAIL
    return optuna.trial.create_trial(params=params, distributions=space, value=value if learnt else None, state=state)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise ImportError(f'--optuna needs Optuna ({error}): pip install "stillhouse[sweep]"') from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _described(search: Search) -> dict:
    ranges = {key: [limits.low, limits.high, limits.log] for key, limits in search.ranges.items()}
    return {
        "ranges": ranges, "choices": search.choices, "objective": search.objective, "rule": search.rule,
        "seed": search.seed,
    }  # fmt: skip


def read_trials(search: Search, path: Path) -> list[dict]:
    """The trials of a search so far.

    Args:
        search: that is gone on with.
        path: of ``trials.json``.

    Raises:
        ConfigError: the file is of another search.
        RunFolderError: it is damaged.
    """
    if not path.is_file():
        return []
    content = read_json(path, RunFolderError, "Remove it, or choose another --out.")
    trials = content.get("trials")
    if content.get("search") != _described(search):
        there = printable(content.get("search"))
        raise ConfigError([f"{path}: is of another search, {there}; choose another --out"])
    if not isinstance(trials, list) or not all(_is_trial(one) for one in trials):
        raise RunFolderError(f"{path}: holds trials that are none. Remove it, or choose another --out.")
    return trials


def _is_trial(value: Any) -> bool:
    return isinstance(value, dict) and {"texts", "value"} <= value.keys() and isinstance(value["texts"], dict)


def _remember(search: Search, trials: list[dict], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(json.dumps({"search": _described(search), "trials": trials}, indent=2) + "\n", path)
