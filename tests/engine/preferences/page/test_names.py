"""Names that come from a browser."""

import pytest

from stillhouse.datasets.sketch.preferences.line import RULES
from stillhouse.engine.preferences.page import PageError
from stillhouse.engine.preferences.page.names import annotator_name, sitting_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("李 明", "李 明"),
        ("o'neil_3@lab.org", "o'neil_3@lab.org"),
    ],
)
def test_a_name_is_tidied(text: str, name: str):
    assert annotator_name(text) == name and RULES["annotator"].holds(name)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "x" * 61, "x " * 300, "<script>", "a\u202eb", "a\x00b", "a/../b", "a&b", "\ud800", None, 3, ["a"]],
)
def test_other_names_are_refused(text: object):
    with pytest.raises(PageError, match="give a name of 1 to 60"):
        annotator_name(text)


def test_every_annotator_has_a_session_of_their_own():
    names = [
        sitting_name("run", mode, name) for mode in ("pairs", "ratings") for name in ("Ann", "ann", "Änn", "李", "明")
    ]
    assert len(set(names)) == 10 and all(RULES["session"].holds(name) for name in names)
    assert names[0].startswith("run-pairs-Ann-") and sitting_name("run", "pairs", "Ann") == names[0]
    assert RULES["session"].holds(sitting_name("r" * 40, "ratings", "n" * 60))
