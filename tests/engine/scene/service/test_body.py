"""Bodies from anyone."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillhouse.engine.scene.service.body import MAX_DEPTH, MAX_STRING, MAX_STRINGS, parse_object, read_body
from stillhouse.engine.scene.service.errors import RefusalError


async def chunks(*parts: bytes, pause_s: float = 0.0) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(pause_s)
        yield part


def read(*parts: bytes, headers: dict | None = None, timeout_s: float = 5.0, **more) -> bytes:
    return asyncio.run(read_body(chunks(*parts, **more), headers or {}, 10, timeout_s))


def test_a_body_in_pieces_is_put_together():
    assert read(b"12345", b"", b"67890") == b"1234567890"


@pytest.mark.parametrize(
    ("parts", "headers"),
    [((b"12345", b"678901"), {}), ((), {"content-length": "11"}), ((), {"content-length": "9" * 5000}),
     ((), {"content-length": "-1"})],
)  # fmt: skip
def test_a_body_that_is_or_says_it_is_too_large(parts: tuple, headers: dict):
    with pytest.raises(RefusalError, match="too large; at most 10 bytes") as refused:
        read(*parts, headers=headers)
    assert refused.value.status == 413


def test_a_body_that_does_not_arrive():
    with pytest.raises(RefusalError, match=r"did not arrive within 0\.05 s") as refused:
        read(b"1", pause_s=5, timeout_s=0.05)
    assert refused.value.status == 408


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "line 1, column 1: Expecting value"),
        (b'{"a": 1,\n "b": }', "line 2, column 7: Expecting value"),
        (b'{"a": "\xff"}', "at byte 7: not UTF-8"),
        (b"[1]", "got a JSON list, expected an object"),
        (b"null", "got a JSON NoneType, expected an object"),
        (b'{"a": NaN}', "the number NaN is not finite"),
        (b'{"a": -Infinity}', "the number -Infinity is not finite"),
        (b'{"a": 1e999}', "the number 1e999 is not finite"),
        (b'{"a": ' + b"1" * 5000 + b"}", "1... has more than 32 digits"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "'c' comes twice"),
        (b"[" * 30_000, f"line 1, column {MAX_DEPTH + 1}: nested deeper than {MAX_DEPTH} levels"),
        (b'{"a": ' * 5000, f"nested deeper than {MAX_DEPTH} levels"),
        (json.dumps({"k" * (MAX_STRING + 1): 1}).encode(), f"line 1, column 2: a string of more than {MAX_STRING}"),
        (json.dumps([str(i) for i in range(MAX_STRINGS + 1)]).encode(), f"more than {MAX_STRINGS} strings"),
    ],
)
def test_what_is_no_object_of_parameters_is_refused_with_the_place(body: bytes, said: str):
    with pytest.raises(RefusalError) as refused:
        parse_object(body)
    assert refused.value.status == 400 and said in refused.value.message and len(refused.value.message) < 200


def test_brackets_and_quotes_inside_strings_do_not_nest():
    content = {"a": "[{" * 50, 'quote"\\': '\\"[[[[[[[[[['}
    assert parse_object(json.dumps(content).encode()) == content


@given(st.binary(max_size=200) | st.text('{}[]":,\\ab01e.-', max_size=60).map(str.encode))
def test_whatever_comes_is_an_object_or_a_refusal(body: bytes):
    try:
        assert isinstance(parse_object(body), dict)
    except RefusalError as refusal:
        assert refusal.status == 400
