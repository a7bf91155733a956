"""The statistics of preferences as tables of a terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from .agreement import Agreement
from .statistics import Ranked, Statistics

MOST_ROWS = 30


def statistics_tables(found: Statistics) -> Group:
    """Everything that a store was found to hold; names are shown as they are, never read as markup."""
    parts: list[RenderableType] = [_summary(found)]
    for title, counts in (("annotator", found.annotators), ("class", found.classes), ("session", found.sessions)):
        parts.append(_counts(title, counts))
    if found.between or found.within:
        parts.append(_agreement([*found.between, *found.within]))
    if found.models:
        parts.append(_models(found.models))
    return Group(*parts)


def _summary(found: Statistics) -> Table:
    left, decided = found.left
    low, high = found.left_interval
    table = _table("preferences", "")
    table.add_row("records", f"{found.records:,}")
    table.add_row("choices", ", ".join(f"{name} {count:,}" for name, count in sorted(found.answers.items())) or "none")
    table.add_row("ratings", ", ".join(f"{name}: {count:,}" for name, count in sorted(found.ratings.items())) or "none")
    table.add_row("repeats", f"{found.repeats:,}")
    share = f"{left / decided:.3f} of {decided:,} (95 %: {low:.3f} to {high:.3f})" if decided else "no choice"
    table.add_row("chosen on the left", share)
    response = found.median_response_ms
    table.add_row("median response", "not recorded" if response is None else f"{response:,.0f} ms")
    return table


def _counts(title: str, counts: Counter) -> Table:
    table = _table(title, "records")
    rows = counts.most_common()
    for name, count in rows[:MOST_ROWS]:
        table.add_row(Text(name or "(none)"), f"{count:,}")
    if len(rows) > MOST_ROWS:
        table.add_row(f"{len(rows) - MOST_ROWS:,} others", f"{sum(count for _, count in rows[MOST_ROWS:]):,}")
    return table


def _agreement(rows: Iterable[Agreement]) -> Table:
    table = _table("agreement", "pairs", "agreed", "kappa")
    for row in rows:
        who = " and ".join(row.who) + ("" if len(row.who) > 1 else ", shown again")
        table.add_row(
            Text(who), f"{row.pairs:,}", f"{row.agreed:.3f}", "–" if row.kappa is None else f"{row.kappa:.3f}"
        )
    return table


def _models(rows: Iterable[Ranked]) -> Table:
    table = _table("model", "hash", "games", "Bradley-Terry score", "95 %")
    for row in rows:
        values = (row.model[:12], f"{row.games:,}", f"{row.score:+.3f}", f"{row.low:+.3f} to {row.high:+.3f}")
        table.add_row(Text(row.name), *map(Text, values))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i and len(columns) != 2 else "left")
    return table


def print_gains(rows: Mapping[str, Mapping[str, float | None]]) -> None:
    """The figures of ``Gain.row`` as a table, a column a generator; what is None is left blank."""
    table = Table("")
    for name in rows:
        table.add_column(Text(name))
    for figure in next(iter(rows.values())):
        values = [row[figure] for row in rows.values()]
        table.add_row(figure.replace("_", " "), *("" if value is None else f"{value:.4g}" for value in values))
    Console().print(table)
