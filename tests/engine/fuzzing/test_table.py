"""The table of campaigns."""

from stillhouse.engine.fuzzing.campaign import Finding, Tally
from stillhouse.engine.fuzzing.table import as_json, as_table, counted

TALLIES = [Tally("one", 3, 4), Tally("two", 0, 2, [Finding("two", 9, "KeyError")])]


def test_counts_and_their_sums():
    assert counted(TALLIES) == [["one", 7, 3, 4, 0], ["two", 3, 0, 2, 1], ["all", 10, 3, 6, 1]]
    assert as_table(TALLIES, "some").row_count == 3 and counted([]) == []


def test_figures_name_the_columns():
    content = as_json(TALLIES, {"seed": 1})
    assert content["seed"] == 1 and content["table"][0]["refused clearly"] == 4
    assert content["findings"] == [{"reader": "two", "example": 9, "what": "KeyError"}]
