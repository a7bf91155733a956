import pytest

from stillhouse.tools.documents.docstring import cell, entries, markdown, read

WHOLE = """One line.

    More of it.

    Args:
        a, b: two of them,
            over two lines.
        kind: ``x`` or ``y: z``.

    Raises:
        ValueError: too small.

    Source: Somebody 2020.
    """


def test_a_docstring_in_parts():
    found = read(WHOLE)
    assert found.text == "One line.\n\nMore of it."
    assert found.args == {
        "a": "two of them, over two lines.",
        "b": "two of them, over two lines.",
        "kind": "``x`` or ``y: z``.",
    }
    assert found.sections["Source"] == ["Somebody 2020."]
    assert [line.strip() for line in found.sections["Raises"] if line] == ["ValueError: too small."]


def test_text_after_a_section_is_text_again():
    assert read("One.\n\nArgs:\n    a: first.\nLast.").text == "One.\n\nLast."


@pytest.mark.parametrize("docstring", [None, ""])
def test_an_absent_docstring_has_no_parts(docstring):
    assert (read(docstring).text, read(docstring).args) == ("", {})


def test_keyword_arguments_are_found_by_their_name():
    assert entries(["    **options: the rest."]) == {"options": "the rest."}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a * b_c < [0, 1]", r"a \* b\_c \< \[0, 1\]"),
        ("``a * b`` and `c_d`", "``a * b`` and `c_d`"),
        ("plain, 1 > 0", "plain, 1 > 0"),
    ],
)
def test_what_markdown_would_take_for_its_own_is_escaped_outside_of_code(text: str, shown: str):
    assert markdown(text) == shown


def test_a_cell_keeps_its_bars_apart_from_the_tables():
    assert cell("`int | None`, |x|\nnext") == r"`int | None`, \|x\| next"
