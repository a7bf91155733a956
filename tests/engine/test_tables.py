"""Tables for the terminal and for documents."""

import io

from rich.console import Console

from stillhouse.engine.tables import markdown_table, terminal_table

HEAD, ROWS = ("network", "loss"), [("a|b", 1.5), ("c", 12)]


def test_a_table_for_a_document():
    assert markdown_table(HEAD, ROWS) == "| network | loss |\n| --- | ---: |\n| a\\|b | 1.5 |\n| c | 12 |"


def test_figures_stand_at_the_right_on_the_terminal():
    console = Console(file=io.StringIO(), width=40)
    console.print(terminal_table(HEAD, ROWS, "some"))
    text = console.file.getvalue()
    assert text.startswith("some") and "│ a|b     │  1.5 │" in text and "│ c       │   12 │" in text


def test_long_cells_are_kept_whole():
    console = Console(file=io.StringIO(), width=20)
    console.print(terminal_table(HEAD, [("x", "9" * 30)], ""))
    assert console.file.getvalue().count("9") == 30
