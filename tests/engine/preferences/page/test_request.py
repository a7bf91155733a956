"""What a browser sends."""

import json

import pytest

from stillhouse.engine.preferences.page import PageError
from stillhouse.engine.preferences.page.request import Request, parse_request


def test_a_request():
    text = json.dumps({"act": "left", "annotator": "Ann", "id": "a" * 32, "ms": 300, "ratings": [1, 5], "more": 1})
    assert parse_request(text) == Request("left", "Ann", "a" * 32, 300, (1, 5))


def test_what_is_out_of_range_is_left_out():
    text = json.dumps({"act": "submit", "id": "../x", "ms": 1e300, "ratings": [0, 6, 2.0, True, "3", None, 4]})
    assert parse_request(text) == Request("submit", "", "", None, (0, 0, 0, 0, 0, 0, 4))
    assert parse_request('{"act": "open", "ms": NaN, "ratings": 3, "annotator": null}') == Request(
        "open", "", "", None, ()
    )


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "[]", "3", '{"act": "a"}', '{"act": ["left"]}', "[" * 4000, '{"act": "open"}' + " " * 4096, b"{}"],
)
def test_other_requests_are_refused(text: object):
    with pytest.raises(PageError, match="Reload the page"):
        parse_request(text)
