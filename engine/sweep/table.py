"""What a sweep found: mean and spread over seeds, a row a point."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from ..checkpoint import write_text
from ..errors import ConfigError, RunFolderError
from ..evaluation.seeds import RunResult, Spread, aggregate
from ..json_file import read_json
from ..run_folder import RESULT, read_result
from ..tables import markdown_table, terminal_table
from ..testing import TESTED
from .grid import Point, short_names
from .plan import PlannedRun

FORM = ".4g"
_SIZES = ("parameters", "parameters_without_vocabulary")
LONGEST = 40  # characters of a value in a table


@dataclass(frozen=True)
class Row:
    """One point.

    Args:
        point: of the grid.
        metrics: result -> mean and spread over the seeds that finished.
        values: result -> its value a seed, in the order of ``seeds``.
        seeds: those that finished.
        parameters: of the network; None where no seed finished.
    """

    point: Point
    metrics: dict[str, Spread]
    values: dict[str, list[float]]
    seeds: list[int]
    parameters: int | None


def rows_of(runs: Sequence[PlannedRun]) -> list[Row]:
    """One row a point, in the order of the grid; what has not finished is left out of its mean."""
    by_point: dict[str, list[PlannedRun]] = {}
    for run in runs:
        by_point.setdefault(run.point.label, []).append(run)
    return [_row(group) for group in by_point.values()]


def _row(runs: list[PlannedRun]) -> Row:
    done = {run.seed: result_of(run) for run in runs if run.finished}
    if not done:
        return Row(runs[0].point, {}, {}, [], None)
    summary = aggregate(list(done.values()))[0]
    values = {name: [one.metrics[name] for one in done.values() if name in one.metrics] for name in summary.metrics}
    return Row(runs[0].point, summary.metrics, values, list(done), summary.parameters)


def result_of(run: PlannedRun) -> RunResult:
    """A finished run's last validation metrics, and those of its test splits as ``test/NAME``."""
    result = read_result(run.folder) or {}
    if not isinstance(result.get("metrics"), dict) or not all(isinstance(result.get(name), int) for name in _SIZES):
        raise RunFolderError(f"{run.folder / RESULT}: lacks metrics or sizes. Remove it and go on with --resume.")
    metrics = numbers(result["metrics"])
    if run.tested:
        tested = read_json(run.folder / TESTED, RunFolderError, "Test the run again with tools/test.py.")
        metrics |= {f"test/{name}": value for name, value in numbers(tested.get("metrics") or {}).items()}
    sizes = (result[_SIZES[0]], result[_SIZES[1]])
    return RunResult(run.point.label, metrics, *sizes, str(run.folder))


def numbers(metrics: Mapping) -> dict[str, float]:
    """The metrics that are numbers."""
    return {name: float(value) for name, value in metrics.items() if isinstance(value, (int, float))}


def chosen_metrics(rows: Sequence[Row], wanted: Sequence[str] | None) -> list[str]:
    """The metrics to show: those asked for, else all.

    Raises:
        ConfigError: the runs have no metric of a name.
    """
    known = list(dict.fromkeys(name for row in rows for name in row.metrics))
    missing = [name for name in wanted or [] if name not in known]
    if missing and known:
        raise ConfigError([f"--metrics {name}: no such result; there are {', '.join(known)}" for name in missing])
    return list(wanted or known)


def cells(rows: Sequence[Row], metrics: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """The head and the rows of the table, as text."""
    keys = list(rows[0].point.texts)
    head = [*short_names(keys), "seeds", *metrics]
    body = []
    for row in rows:
        values = [shortened(text) for text in row.point.texts.values()]
        spreads = [row.metrics[name].text(FORM) if name in row.metrics else "–" for name in metrics]
        body.append([*values, str(len(row.seeds)), *spreads])
    return head, body


def shortened(text: str) -> str:
    """A value as a table shows it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def as_table(rows: Sequence[Row], metrics: Sequence[str], title: str) -> Table:
    """For the terminal."""
    head, body = cells(rows, metrics)
    return terminal_table(head, body, title)


def as_markdown(rows: Sequence[Row], metrics: Sequence[str], title: str) -> str:
    """The same table for a document."""
    head, body = cells(rows, metrics)
    return f"# {title}\n\n{markdown_table(head, body)}\n"


def as_json(rows: Sequence[Row], about: dict) -> dict:
    """Every figure; ``about`` says of what."""
    return {
        **about,
        "rows": [
            {
                "options": row.point.options,
                "seeds": row.seeds,
                "parameters": row.parameters,
                "metrics": {
                    name: {"mean": spread.mean, "std": spread.std, "n": spread.n, "values": row.values[name]}
                    for name, spread in row.metrics.items()
                },
            }
            for row in rows
        ],
    }


def write_tables(rows: Sequence[Row], metrics: Sequence[str], title: str, about: dict, out: Path) -> list[Path]:
    """``sweep.md`` and ``sweep.json`` in the sweep's folder."""
    out.mkdir(parents=True, exist_ok=True)
    written = [out / "sweep.md", out / "sweep.json"]
    write_text(as_markdown(rows, metrics, title), written[0])
    write_text(json.dumps(as_json(rows, about), indent=2) + "\n", written[1])
    return written
