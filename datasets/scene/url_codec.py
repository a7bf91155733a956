"""Entries as a short text for a link: what ``/render?c=`` and ``?parse=`` take.

The text is base64url without padding of, for each entry: the key's length (varint) and its UTF-8 bytes, a type byte, and the
payload. Types: 0 a number, zigzag varint of its thousandths; 1 a boolean, one byte; 2 a string, and 3 JSON, each the length
(varint) and UTF-8 bytes. 8 is added to the type of an optional entry, 16 to that of a disabled one. A varint is seven bits a
byte, the lowest first, 128 added to all but the last; zigzag makes 0, -1, 1, -2 into 0, 1, 2, 3.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping

from .errors import SceneError
from .fitting import words
from .forms import from_body, to_entries
from .schema import LAYER_SCHEMA, SCHEMA, OnError

NUMBER, BOOLEAN, STRING, JSON = range(4)
OPTIONAL, DISABLED = 8, 16
_MOST_BITS = 63
_FOREIGN = re.compile("[^A-Za-z0-9_-]")


def encode_scene(scene: dict) -> str:
    """A complete scene as text; numbers become thousandths within their range, those of pairs stay as they are."""
    entries = to_entries(scene)
    ranges = {each.prefixed: each for each in SCHEMA if each.is_number}
    for i in range(len(scene["layers"])):
        for each in LAYER_SCHEMA:
            key = each.prefixed.format(i=i)
            entries[key]["optional"] = each.optional
            if each.is_number and not each.component:
                ranges[key] = each
    for key, each in ranges.items():
        thousandths = _thousandths(entries[key]["value"])
        entries[key]["value"] = min(max(thousandths, math.ceil(each.low * 1000)), math.floor(each.high * 1000)) / 1000
    return encode_entries(entries)


def decode_scene(text: str, on_error: OnError = "raise") -> tuple[dict, list[str]]:
    """The scene of a text, and a message for each fault that was mended.

    Raises:
        SceneError: not such a text; or as ``validate``.
    """
    return from_body(decode_entries(text), on_error)


def encode_entries(entries: Mapping[str, Mapping]) -> str:
    """Entries ``{"value": ..., "disabled": bool, "optional": bool}`` as text; the latter two may be missing.

    Raises:
        SceneError: a number that is not finite or too large, or a value that is no JSON.
    """
    content = b"".join(_entry(key, entry) for key, entry in entries.items())
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode_entries(text: str) -> dict[str, dict]:
    """The entries of a text: ``{key: {"value": ..., "disabled": bool}}``, with ``"optional": True`` where it says so.

    Raises:
        SceneError: not such a text; says what is wrong, and at which byte.
    """
    reader = _Reader(_bytes(text))
    entries: dict[str, dict] = {}
    while not reader.at_end:
        key = reader.string()
        if key in entries:
            raise reader.fault(f"a second {words(key)}", "every key once")
        kind = reader.byte()
        if kind & ~(3 | OPTIONAL | DISABLED):
            raise reader.fault(f"type {kind}", "0 to 3, with 8 and 16 added where they hold")
        entries[key] = {"value": reader.value(kind & 3), "disabled": bool(kind & DISABLED)}
        if kind & OPTIONAL:
            entries[key]["optional"] = True
    return entries


def _entry(key: str, entry: Mapping) -> bytes:
    kind, payload = _payload(key, entry["value"])
    kind |= (OPTIONAL if entry.get("optional") else 0) | (DISABLED if entry.get("disabled") else 0)
    return _prefixed(key.encode()) + bytes([kind]) + payload


def _payload(key: str, value: object) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return BOOLEAN, bytes([value])
    if isinstance(value, (int, float)):
        if not abs(value) < 2 ** (_MOST_BITS - 1) / 1000:
            raise SceneError(key, words(value), "a finite number below 4.6e15", "Such a number is in no range.")
        thousandths = _thousandths(value)
        return NUMBER, _varint(2 * thousandths if thousandths >= 0 else -2 * thousandths - 1)
    if isinstance(value, str):
        return STRING, _prefixed(value.encode())
    try:
        return JSON, _prefixed(json.dumps(value, separators=(",", ":"), allow_nan=False).encode())
    except (TypeError, ValueError):
        raise SceneError(key, words(value), "a value of JSON", "Give numbers, text, booleans or objects.") from None


def _thousandths(value: float) -> int:
    """Rounded, halves upwards."""
    return math.floor(value * 1000 + 0.5)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= 128:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _prefixed(content: bytes) -> bytes:
    return _varint(len(content)) + content


def _bytes(text: str) -> bytes:
    foreign = _FOREIGN.search(text)
    if foreign:
        got = f"{words(foreign.group())} at letter {foreign.start()}"
        raise SceneError("encoded scene", got, "base64url without padding", "Copy the whole text.")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        got = f"{len(text)} letters"
        raise SceneError("encoded scene", got, "a number of letters that base64 has", "Copy the whole text.") from None


class _Reader:
    """Reads bytes from the front.

    Args:
        content: all bytes.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._content)

    def byte(self) -> int:
        return self._take(1)[0]

    def string(self) -> str:
        start = self._at
        try:
            return self._take(self._varint()).decode()
        except UnicodeDecodeError:
            self._at = start
            raise self.fault("bytes that are not UTF-8", "text") from None

    def value(self, kind: int):
        if kind == NUMBER:
            return self._number()
        if kind == BOOLEAN:
            value = self.byte()
            if value > 1:
                raise self.fault(f"a boolean of {value}", "0 or 1")
            return bool(value)
        text = self.string()
        return text if kind == STRING else self._json(text)

    def fault(self, got: str, expected: str) -> SceneError:
        return SceneError(f"encoded scene, byte {self._at}", got, expected, "Copy the whole text.")

    def _number(self) -> float:
        zigzag = self._varint()
        thousandths = zigzag >> 1 if zigzag & 1 == 0 else -(zigzag >> 1) - 1
        return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000

    def _json(self, text: str):
        try:
            return json.loads(text, parse_constant=self._constant)
        except (ValueError, RecursionError):
            raise self.fault(f"{words(text)} for JSON", "JSON") from None

    def _constant(self, name: str):
        raise ValueError(name)

    def _varint(self) -> int:
        value = 0
        for shift in range(0, _MOST_BITS + 1, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise self.fault("a number of more than ten bytes", "a varint of at most 63 bits")

    def _take(self, count: int) -> bytes:
        part = self._content[self._at : self._at + count]
        if len(part) < count:
            raise self.fault(f"{len(part)} bytes before the end", f"{count}")
        self._at += count
        return part
