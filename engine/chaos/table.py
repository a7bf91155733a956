"""The table of a campaign: how the faults of each kind ended."""

from collections.abc import Sequence

from rich.table import Table

from .campaign import VERDICTS, Outcome

HEAD = ("fault", "tried", "ended the run", *VERDICTS)


def counted(outcomes: Sequence[Outcome]) -> list[list]:
    """A row a kind, in the order of their first appearance, and one of the sums."""
    kinds = list(dict.fromkeys(outcome.fault for outcome in outcomes))
    rows = [_row(kind, [one for one in outcomes if one.fault == kind]) for kind in kinds]
    return [*rows, _row("all", outcomes)]


def _row(name: str, outcomes: Sequence[Outcome]) -> list:
    verdicts = [sum(one.verdict == verdict for one in outcomes) for verdict in VERDICTS]
    return [name, len(outcomes), sum(one.ended for one in outcomes), *verdicts]


def as_table(outcomes: Sequence[Outcome], title: str) -> Table:
    """For the terminal."""
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(HEAD):
        table.add_column(name, justify="left" if number == 0 else "right")
    for row in counted(outcomes):
        table.add_row(*map(str, row))
    return table


def as_json(outcomes: Sequence[Outcome], about: dict) -> dict:
    """Every fault and the table; ``about`` says of what."""
    return {
        **about,
        "table": [dict(zip(HEAD, row)) for row in counted(outcomes)],
        "faults": [vars(outcome) for outcome in outcomes],
    }


def all_kept(outcomes: Sequence[Outcome]) -> bool:
    """Whether nothing was lost."""
    return all(outcome.verdict != "lost" for outcome in outcomes)
