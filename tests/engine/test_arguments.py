"""Types of command-line arguments."""

import argparse

import pytest

from stillhouse.engine.arguments import at_least, natural, positive


def test_whole_numbers_from_a_bound_on():
    assert (natural("0"), positive("1"), at_least(12)("012")) == (0, 1, 12)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(natural, "-1"), (positive, "0"), (positive, "1.0"), (positive, "٣"), (at_least(12), "11")],
)
def test_anything_else_says_what_is_expected(kind, text: str):
    with pytest.raises(argparse.ArgumentTypeError, match=rf"got '{text}', expected a whole number of at least \d+"):
        kind(text)
