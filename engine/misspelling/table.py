"""The figures of a campaign, by config and in all."""

from collections.abc import Sequence

from rich.table import Table

from ..tables import terminal_table
from .campaign import Verdict

HEAD = ("config", "misspellings", "caught", "right key named", "replaced later")


def counted(verdicts: Sequence[Verdict]) -> list[list]:
    """A row a config, in the order of their first appearance, and one of the sums."""
    names = list(dict.fromkeys(verdict.case.config.stem for verdict in verdicts))
    rows = [_row(name, [one for one in verdicts if one.case.config.stem == name]) for name in names]
    return [*rows, _row("all", verdicts)]


def _row(name: str, verdicts: Sequence[Verdict]) -> list:
    """What never reaches the config is counted apart: a later file replaces the whole value."""
    live = [one for one in verdicts if one.reached]
    return [
        name,
        len(live),
        sum(one.caught for one in live),
        sum(one.suggested for one in live),
        len(verdicts) - len(live),
    ]


def as_table(verdicts: Sequence[Verdict], title: str) -> Table:
    """For the terminal."""
    return terminal_table(HEAD, counted(verdicts), title)


def lost(verdicts: Sequence[Verdict]) -> list[str]:
    """One line a misspelling that was not caught, or whose right key was not named."""
    return [
        f"{one.case.config.name}: {one.case.file.name}:{one.case.key.line + 1}: {one.case.key.name} -> {one.case.wrong}: "
        + (one.lines[0] if one.lines else "not caught")
        for one in verdicts
        if one.reached and not one.suggested
    ]
