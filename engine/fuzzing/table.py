"""The table of campaigns."""

from collections.abc import Sequence

from rich.table import Table

from ..tables import terminal_table
from .campaign import Tally

HEAD = ("reader", "tried", "accepted", "refused clearly", "findings")


def counted(tallies: Sequence[Tally]) -> list[list]:
    """A row a reader, and one of the sums."""
    rows = [[one.reader, one.tried, one.accepted, one.refused, len(one.findings)] for one in tallies]
    return [*rows, ["all", *(sum(column) for column in list(zip(*rows))[1:])]] if rows else []


def as_table(tallies: Sequence[Tally], title: str) -> Table:
    """For the terminal."""
    return terminal_table(HEAD, counted(tallies), title)


def as_json(tallies: Sequence[Tally], about: dict) -> dict:
    """The table and every finding; ``about`` says how they came about."""
    findings = [vars(finding) for tally in tallies for finding in tally.findings]
    return {**about, "table": [dict(zip(HEAD, row)) for row in counted(tallies)], "findings": findings}
