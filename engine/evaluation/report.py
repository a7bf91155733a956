"""One table of several runs, with mean and spread over seeds, as Markdown, as JSON and on the terminal."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ...registry import nearest
from ..checkpoint import write_text
from ..tables import markdown_table, terminal_table
from .parameters import count_parameters, vocabulary_free_parameters
from .seeds import RunResult, Spread, Summary, aggregate

__all__ = [
    "RunResult",
    "Spread",
    "Summary",
    "aggregate",
    "count_parameters",
    "markdown_report",
    "print_report",
    "tables",
    "vocabulary_free_parameters",
    "write_report",
]

FORMATS = {
    "fpr": ".2e",
    "fpr_low": ".2e",
    "fpr_high": ".2e",
    "alarm_rate": ".4f",
    "f1_tolerant": ".4f",
    "episode_recall": ".3f",
    "time_to_detect_ms": ".0f",
    "time_to_detect_frames": ".0f",
    "false_alarms_per_hour": ".1f",
    "threshold": ".4g",
    "f1": ".4f",
    "f1_at_zero": ".4f",
    "precision": ".4f",
    "recall": ".4f",
    "auroc": ".4f",
    "auprc": ".4f",
    "macro_f1": ".4f",
    "mcc": ".4f",
}
DEFAULT_FORMAT = ".4g"
RECALL_FORMAT = ".4f"  # of one attack, whatever its name
MISSING = "–"


def sections(summaries: Sequence[Summary], columns: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Group -> its metrics; the group of ``prefix/group/name`` is ``group``, that of ``prefix/name`` is empty.

    Args:
        summaries: the rows of the table.
        columns: metrics to show, by full name or by last part; all that any row has where None.

    Raises:
        ValueError: a column that no row has.
    """
    known = list(dict.fromkeys(metric for summary in summaries for metric in summary.metrics))
    chosen = known if columns is None else [metric for column in columns for metric in _matching(column, known)]
    found: dict[str, list[str]] = {}
    for metric in dict.fromkeys(chosen):
        found.setdefault("/".join(metric.split("/")[1:-1]), []).append(metric)
    return dict(sorted(found.items(), key=lambda item: item[0] != ""))


def _matching(column: str, known: list[str]) -> list[str]:
    matches = [metric for metric in known if column in (metric, metric.rpartition("/")[2])]
    if not matches:
        near = nearest(column, known + [metric.rpartition("/")[2] for metric in known])
        hint = f"Did you mean {near[0]!r}?" if near else f"The runs have: {', '.join(known) or 'none'}."
        raise ValueError(f"columns: no run has the metric {column!r}. {hint}")
    return matches


def _header(metrics: Sequence[str]) -> list[str]:
    names = [metric.rpartition("/")[2] for metric in metrics]
    shown = [metric if names.count(name) > 1 else name for metric, name in zip(metrics, names)]
    return ["run", "seeds", "parameters", "without vocabulary", *shown]


def _cells(summary: Summary, metrics: Sequence[str]) -> list[str]:
    size = [f"{summary.parameters:,}", f"{summary.parameters_without_vocabulary:,}"]
    return [summary.name, str(summary.n), *size, *(_cell(summary, metric) for metric in metrics)]


def _cell(summary: Summary, metric: str) -> str:
    spread = summary.metrics.get(metric)
    if spread is None:
        return MISSING
    text = spread.text(_format(metric.rpartition("/")[2]))
    return text if spread.n == summary.n else f"{text} (n={spread.n})"


def _format(name: str) -> str:
    return RECALL_FORMAT if name.startswith("recall_") else FORMATS.get(name, DEFAULT_FORMAT)


def tables(rows: Sequence[RunResult], columns: Sequence[str] | None = None) -> list[tuple[str, list[list[str]]]]:
    """The tables of the report as text: group -> lines of cells, the first line the header; the empty group is everything.

    Args:
        rows: the runs; those of one name are its seeds.
        columns: see ``sections``.
    """
    summaries = aggregate(rows)
    found = []
    for group, metrics in sections(summaries, columns).items():
        shown = [summary for summary in summaries if any(metric in summary.metrics for metric in metrics)]
        found.append((group, [_header(metrics), *(_cells(summary, metrics) for summary in shown)]))
    return found


def markdown_report(rows: Sequence[RunResult], title: str, columns: Sequence[str] | None = None) -> str:
    """The report as Markdown: a table over everything, then one a group."""
    parts = [f"# {title}"]
    for group, (header, *body) in tables(rows, columns):
        parts += ([f"## {group}"] if group else []) + [markdown_table(header, body)]
    if any(summary.n > 1 for summary in aggregate(rows)):
        parts.append("Mean ± sample standard deviation over the seeds.")
    return "\n\n".join(parts) + "\n"


def print_report(
    rows: Sequence[RunResult], title: str, columns: Sequence[str] | None = None, console: Console | None = None
) -> None:
    """The same tables on the terminal."""
    console = console or Console()
    for group, (header, *body) in tables(rows, columns):
        console.print(terminal_table(header, body, f"{title}: {group}" if group else title))


def write_report(
    rows: Sequence[RunResult], folder: str | Path, title: str, columns: Sequence[str] | None = None
) -> dict[str, Path]:
    """Write ``report.md`` and ``report.json``, each whole or not at all.

    Args:
        rows: the runs; those of one name are its seeds.
        folder: created where it is missing.
        title: heading of the report.
        columns: metrics of the tables, by full name or by last part; the JSON holds all.

    Returns:
        "markdown" and "json" -> path.

    Raises:
        ValueError: a column that no run has, or runs of one name that differ in size.
    """
    markdown, content = markdown_report(rows, title, columns), _plain(rows, title)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"markdown": folder / "report.md", "json": folder / "report.json"}
    write_text(markdown, paths["markdown"])
    write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", paths["json"])
    return paths


def _plain(rows: Sequence[RunResult], title: str) -> dict:
    return {"title": title, "models": [_plain_summary(summary) for summary in aggregate(rows)]}


def _plain_summary(summary: Summary) -> dict:
    metrics = {
        metric: {"mean": _number(spread.mean), "std": _number(spread.std), "n": spread.n}
        for metric, spread in summary.metrics.items()
    }
    size = {
        "parameters": summary.parameters,
        "parameters_without_vocabulary": summary.parameters_without_vocabulary,
    }
    return {"name": summary.name, "seeds": summary.n, **size, "metrics": metrics, "paths": summary.paths}


def _number(value: float | None) -> float | None:
    # JSON has no NaN and no infinity.
    return value if value is not None and math.isfinite(value) else None
