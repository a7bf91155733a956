"""Queries and bodies of requests."""

import base64
import json
import re

import pytest
from scene_services import scene

from stillhouse.datasets.scene.forms import to_entries, to_flat, to_prefixed
from stillhouse.datasets.scene.url_codec import decode_scene, encode_entries
from stillhouse.engine.scene.service.asked import decode_params, read_query, read_scene
from stillhouse.engine.scene.service.errors import RefusalError


@pytest.mark.parametrize(
    ("query", "size", "format"),
    [
        ({}, 1024, "png"),
        ({"size": "64"}, 64, "jpeg"),
        ({"size": "1"}, 1, "jpeg"),
        ({"size": "64", "format": "png"}, 64, "png"),
        ({"size": "1023", "format": "jpeg"}, 1023, "jpeg"),
        ({"size": "1024"}, 1024, "png"),
        ({"size": "99999", "format": "jpeg"}, 1024, "png"),
        ({"size": "64", "other": "x"}, 64, "jpeg"),
    ],
)
def test_size_and_format(query: dict, size: int, format: str):
    asked = read_query(query)
    assert (asked.size, asked.format, asked.strict) == (size, format, False)


@pytest.mark.parametrize(
    ("query", "said"),
    [({"size": text}, f"?size=: got {text[:40]!r}, expected a number") for text in ("0", "-1", "1e2", "", "²", "9" * 5000)]
    + [({"format": "gif"}, "?format=: got 'gif', expected png or jpeg"), ({"strict": "yes"}, "?strict=: got 'yes'")],
)  # fmt: skip
def test_a_query_that_means_nothing_is_refused(query: dict, said: str):
    with pytest.raises(RefusalError) as refused:
        read_query(query)
    assert refused.value.status == 400 and refused.value.message.startswith(said)


@pytest.mark.parametrize("form", [to_flat, to_prefixed, to_entries])
def test_the_three_forms_mean_the_same(form):
    one = scene(7, layers=[{"rotation": 1.0, "positionX": 0.5, "positionY": 0.0, "scaleX": 1.0, "scaleY": -1.0}])
    asked = read_scene(form(one), read_query({"strict": "1"}))
    assert asked.scene == one and asked.messages == () and set(asked.headers) == {"X-Encoded-Params"}
    assert decode_scene(asked.headers["X-Encoded-Params"])[0]["repetitions"] == 7


def test_a_scene_outside_is_clamped_with_a_message_or_refused():
    body = {"repetitions": 999, "unheard\r\nX-Evil: 1": 1}
    asked = read_scene(body, read_query({}))
    told = asked.headers["X-Scene-Messages"]
    assert asked.scene["repetitions"] == 500
    assert told.isascii() and told.isprintable() and len(json.loads(told)) == 2 and "got 999" in told
    with pytest.raises(RefusalError, match=r"got 999, expected an integer in \[1, 500\]") as refused:
        read_scene({"repetitions": 999}, read_query({"strict": "1"}))
    assert refused.value.status == 422


def test_what_cannot_be_mended_is_refused_even_when_clamping():
    with pytest.raises(RefusalError, match="layers: got 5, expected a list") as refused:
        read_scene({"layers": 5}, read_query({}))
    assert refused.value.status == 422


def test_a_header_holds_a_bounded_number_of_messages():
    asked = read_scene({f"unheard{i}": i for i in range(300)}, read_query({}))
    listed = json.loads(asked.headers["X-Scene-Messages"])
    assert len(asked.headers["X-Scene-Messages"]) < 2100 and listed[-1] == f"and {301 - len(listed)} more"


def test_encoded_parameters_become_entries():
    entries = {
        "Scalars.repetitions": {"value": 7, "disabled": False},
        "Noise.enabled": {"value": True, "disabled": True},
    }
    assert decode_params(encode_entries(entries)) == entries


def json_entry(text: str) -> str:
    """An encoded entry whose value is any text that is said to be JSON."""
    length = bytes([len(text) % 128 + 128, len(text) // 128])
    return base64.urlsafe_b64encode(b"\x01k\x03" + length + text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("encoded", "said"),
    [
        ("a*b", "'*' at letter 1"),
        ("A", "letters"),
        (json_entry('{"x": 1e999}'), "JSON"),
        (json_entry("[" * 1500 + "]" * 1500), "encoded parameters"),  # some versions of Python read that deep
        (json_entry("[" * 9 + "]" * 9), "nested deeper than 8 levels"),
    ],
)
def test_what_is_not_encoded_is_refused(encoded: str, said: str):
    with pytest.raises(RefusalError, match=re.escape(said)) as refused:
        decode_params(encoded)
    assert refused.value.status == 400
