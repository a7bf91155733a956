"""The table of a campaign: how the faults of each kind ended."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from ..tables import markdown_table, terminal_table
from .campaign import VERDICTS, Outcome
from .recipes import CAMPAIGNS

HEAD = ("fault", "tried", "ended the run", *VERDICTS)


def counted(outcomes: Sequence[Outcome]) -> list[list]:
    """A row a kind, in the order of their first appearance, and one of the sums."""
    kinds = list(dict.fromkeys(outcome.fault for outcome in outcomes))
    rows = [_row(kind, [one for one in outcomes if one.fault == kind]) for kind in kinds]
    return [*rows, _row("all", outcomes)]


def as_markdown(campaigns: Mapping[str, Sequence[Outcome]]) -> str:
    """Two tables for a page: a row a campaign, and a row a kind of fault over all of them; then what was unclear or lost."""
    outcomes = [outcome for of in campaigns.values() for outcome in of]
    rows = [_row(f"{name} (`{CAMPAIGNS[name].config}`)", of) for name, of in campaigns.items()]
    tables = [
        markdown_table(("campaign", *HEAD[1:]), [*rows, _row("all", outcomes)]),
        markdown_table(HEAD, counted(outcomes)),
    ]
    notes = [
        f"- {name}, {one.fault}, {one.verdict}: {' / '.join(one.messages)}".replace("\n", " ")
        for name, of in campaigns.items()
        for one in of
        if one.verdict not in ("same bits", "clear refusal")
    ]
    return "\n\n".join([*tables, *["\n".join(notes)] * bool(notes)]) + "\n"


def _row(name: str, outcomes: Sequence[Outcome]) -> list:
    verdicts = [sum(one.verdict == verdict for one in outcomes) for verdict in VERDICTS]
    return [name, len(outcomes), sum(one.ended for one in outcomes), *verdicts]


def as_table(outcomes: Sequence[Outcome], title: str) -> Table:
    """For the terminal."""
    return terminal_table(HEAD, counted(outcomes), title)


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
