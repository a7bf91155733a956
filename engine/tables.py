"""Tables of names and figures: names at the left in the first column, figures at the right in the others."""

from collections.abc import Iterable, Sequence

from rich.table import Table


def terminal_table(head: Sequence[str], rows: Iterable[Sequence], title: str) -> Table:
    """For ``rich``'s console.

    Args:
        head: the columns' names.
        rows: cells, as text or what ``str`` makes of them.
        title: above the table.
    """
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(head):
        table.add_column(name, justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(str, row))
    return table


def markdown_table(head: Sequence[str], rows: Iterable[Sequence]) -> str:
    """For a document; bars in cells are escaped. See ``terminal_table``."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in (head, rule, *rows))


def _escaped(cell: object) -> str:
    return str(cell).replace("|", "\\|")
