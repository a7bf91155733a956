"""Entries as text for a link."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_strategies import REAL_FILES, SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, SCHEMA
from stillhouse.datasets.scene.url_codec import decode_entries, decode_scene, encode_entries, encode_scene


def text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_bytes_by_hand():
    entries = {
        "a": {"value": 0.15, "disabled": False},
        "b": {"value": -1, "disabled": True},
        "c": {"value": True, "disabled": True, "optional": True},
        "d": {"value": "é", "disabled": False},
        "e": {"value": {"x": 1}, "disabled": False, "optional": True},
    }
    # zigzag of 150 is 300 = 0b10_0101100, of -1000 is 1999 = 0b1111_1001111
    content = b'\x01a\x00\xac\x02\x01b\x10\xcf\x0f\x01c\x19\x01\x01d\x02\x02\xc3\xa9\x01e\x0b\x07{"x":1}'
    assert encode_entries(entries) == text(content)
    assert decode_entries(text(content)) == entries
    assert decode_entries("") == {} and encode_entries({}) == ""


VALUES = (
    st.integers(-(10**15), 10**15).map(lambda n: n / 1000 if n % 1000 else n // 1000)
    | st.booleans()
    | st.text()
    | st.none()
    | st.recursive(
        st.none() | st.integers() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)
    ).filter(lambda value: isinstance(value, (list, dict)))
)


@st.composite
def entry(draw: st.DrawFn) -> dict:
    found = {"value": draw(VALUES), "disabled": draw(st.booleans())}
    return {**found, "optional": True} if draw(st.booleans()) else found


@SETTINGS
@given(st.dictionaries(st.text(max_size=200), entry(), max_size=5))
def test_entries_there_and_back(entries: dict):
    found = encode_entries(entries)
    assert "=" not in found and "+" not in found and "/" not in found
    assert decode_entries(found) == entries


def assert_near(there: dict, back: dict) -> None:
    """Equal but for half a thousandth, or a whole one at the end of a range."""
    pairs = [
        (SCHEMA, there, back),
        *((LAYER_SCHEMA, *two) for two in zip(there["layers"], back["layers"], strict=True)),
    ]
    for schema, one, other in pairs:
        assert set(one) == set(other)
        for each in schema:
            if each.kind == "continuous" and each.name in one:
                assert abs(one[each.name] - other[each.name]) <= 0.001
            else:
                assert one.get(each.name) == other.get(each.name)


@SETTINGS
@given(scenes())
def test_scenes_there_and_back(given_scene: dict):
    found = encode_scene(given_scene)
    back, messages = decode_scene(found)
    assert not messages
    assert_near(given_scene, back)
    assert encode_scene(back) == found


@pytest.mark.data
@pytest.mark.skipif(not all(path.exists() for path in REAL_FILES), reason="no real scenes in ../shared/data")
def test_every_real_line_there_and_back():
    for ref in (ref for path in REAL_FILES for ref in read_refs(path)):
        back, messages = decode_scene(encode_scene(ref.scene))
        assert not messages
        assert_near(ref.scene, back)


def test_a_layer_says_what_is_optional():
    entries = decode_entries(encode_scene(scene(layer(color="#F5DEB3", rotation=3.1415926))))
    assert entries["Groups.g0.g0-color"] == {"value": "#F5DEB3", "disabled": False, "optional": True}
    assert entries["Groups.g0.g0-geometry"]["disabled"] and entries["Groups.g0.g0-geometry"]["optional"]
    assert "optional" not in entries["Groups.g0.g0-scale"]
    assert entries["Groups.g0.g0-rotation"]["value"] == 3.141, "rounded up it would leave its range"


@pytest.mark.parametrize(
    ("given_text", "message"),
    [
        (text(b"\x02a"), "encoded scene, byte 1: got 1 bytes before the end, expected 2"),
        (text(b"\x01a"), "encoded scene, byte 2: got 0 bytes before the end, expected 1"),
        (text(b"\x01a\x00\x80"), "encoded scene, byte 4: got 0 bytes before the end"),
        (text(b"\x01a\x04\x00"), "encoded scene, byte 3: got type 4, expected 0 to 3"),
        (text(b"\x01a\x01\x02"), "encoded scene, byte 4: got a boolean of 2, expected 0 or 1"),
        (text(b"\x01a\x01\x01\x01a\x01\x01"), "encoded scene, byte 6: got a second 'a', expected every key once"),
        (text(b"\x01\xff\x01\x01"), "encoded scene, byte 0: got bytes that are not UTF-8, expected text"),
        (text(b"\x01a\x00" + b"\x80" * 11), "encoded scene, byte 13: got a number of more than ten bytes"),
        (text(b"\x01a\x03\x01{"), "encoded scene, byte 5: got '{' for JSON, expected JSON"),
        (text(b"\x01a\x03\x03NaN"), "encoded scene, byte 7: got 'NaN' for JSON, expected JSON"),
        (text(b"\x01a\x03\xa0\x8d\x06" + b"[" * 100000), "encoded scene, byte 100006: got '[[["),
        ("AWE=", "encoded scene: got '=' at letter 3, expected base64url without padding"),
        ("AWEä", "encoded scene: got 'ä' at letter 3"),
        ("AWEAA", "encoded scene: got 5 letters, expected a number of letters that base64 has"),
    ],
)
def test_damaged_texts_are_refused(given_text: str, message: str):
    with pytest.raises(SceneError) as caught:
        decode_entries(given_text)
    assert str(caught.value).startswith(message)


@SETTINGS
@given(st.binary(max_size=60))
def test_any_bytes_are_entries_or_refused(content: bytes):
    try:
        entries = decode_entries(text(content))
    except SceneError:
        return
    assert decode_entries(encode_entries(entries)) == entries


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), 1e18, 10**400])
def test_numbers_without_thousandths_are_refused(value: float):
    with pytest.raises(SceneError, match=r"k: got .*, expected a finite number below 4.6e15"):
        encode_entries({"k": {"value": value}})


def test_what_is_no_json_is_refused():
    for value in ({1, 2}, [float("nan")]):
        with pytest.raises(SceneError, match=r"k: got .*, expected a value of JSON"):
            encode_entries({"k": {"value": value}})
