"""Path data by SVG's own grammar."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillhouse.datasets.sketch.cubic_path import cubic_numbers

FINITE = st.floats(-1e6, 1e6, allow_nan=False)
FORMS = ("{!r}", "{:e}", "{:E}", "{:+.17g}", "{:.20f}")


def test_the_form_of_the_files():
    assert cubic_numbers("M 1.0 -2 C 3.5 2e-05 5 6 7 8") == [1, -2, 3.5, 2e-5, 5, 6, 7, 8]


@given(st.lists(FINITE, min_size=8, max_size=8), st.sampled_from(FORMS), st.sampled_from([" ", ",", " , ", "\n"]))
def test_numbers_in_any_notation_are_read_as_python_reads_them(values, form, separator):
    texts = [form.format(value) for value in values]
    data = f"M{separator.join(texts[:2])}C{separator.join(texts[2:])}"
    assert cubic_numbers(data) == [float(text) for text in texts]


@given(st.lists(FINITE.map(lambda v: f"{v:+.3f}"), min_size=8, max_size=8))
def test_a_sign_separates_numbers(texts):
    assert cubic_numbers(f"M{''.join(texts[:2])}C{''.join(texts[2:])}") == [float(text) for text in texts]


def test_a_second_point_separates_numbers():
    assert cubic_numbers("M.5.25C1.5.5 1 2 3. 4") == [0.5, 0.25, 1.5, 0.5, 1, 2, 3, 4]


@given(st.text("MCLmcZz0123456789.eE+-, \nnaif", max_size=60))
def test_any_text_gives_eight_numbers_or_a_value_error(text):
    try:
        assert len(cubic_numbers(text)) == 8
    except ValueError as error:
        assert "M x y C" in str(error) or "too large" in str(error)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("M 1 2 C 3 4 5 6 7", "the end of its path for number 6 of 6 after C"),
        ("M 1 2 C 3 4 5 6 7 8 9", "'9' after its six numbers of C"),
        ("M 1 2 C 3 4 5 6 7 8 L 1 2", "'L 1 2' after its six numbers"),
        ("M 1 2 L 3 4", "'L' where its command C should stand"),
        ("m 1 2 c 3 4 5 6 7 8", "'m' where its command M should stand"),
        ("M 1 C 3 4 5 6 7 8", "'C' for number 2 of 2 after M"),
        ("M nan 2 C 3 4 5 6 7 8", "'nan' for number 1 of 2 after M, expected a finite number"),
        ("M 1 2 C 3 4 inf 6 7 8", "'inf' for number 3 of 6 after C"),
        ("M 1 2 C 3 4 1e999 6 7 8", "'1e999', which is too large, as number 3 after C"),
        ("M 1 2, C 3 4 5 6 7 8", "', C 3 4 5 6 ' where its command C should stand"),
        ("M 1 2 C 3 4 5 6 7 8,", "',' after its six numbers"),
        ("M 1 ,, 2 C 3 4 5 6 7 8", "', 2 C 3 4 5 ' for number 2 of 2"),
        ("", "the end of its path where its command M should stand"),
    ],
)
def test_what_is_wrong_is_said(data: str, message: str):
    with pytest.raises(ValueError, match=re.escape(message)):
        cubic_numbers(data)
