"""A record as a line of JSON, and back; nothing is believed that is not checked."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from typing import Any, NamedTuple

from .errors import PreferenceError, SchemaError
from .files import FORM, NAME
from .payload import KINDS
from .record import PREFERENCES, RATINGS, TYPES, Entry, Item

SCHEMA = 1
MAX_LINE = 32 << 10
MAX_NAME, MAX_PATH = 200, 1024
REMEDY = "Let PreferenceStore write records; tools/preferences.py validate lists what is wrong, on_error='skip' passes over it."
_HEX32, _HEX64 = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")
_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")


class Rule(NamedTuple):
    """What a field may hold."""

    expected: str
    holds: Callable[[Any], bool]


def _is_plain(value: Any, longest: int, shortest: int = 0) -> bool:
    """One line of text without control letters, which could steer a terminal, and without halves of letters."""
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        return False
    return value.isprintable() or not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value)


def _is_whole(value: Any, end: int) -> bool:
    return type(value) is int and 0 <= value < end


def _is_time(value: Any) -> bool:
    if not _matches(_TIME, value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _matches(pattern: re.Pattern, value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(choices: tuple) -> Rule:
    shown = ", ".join(map(str, choices))
    return Rule(f"one of {shown}", lambda value: any(value is choice or value == choice for choice in choices))


def _or_null(rule: Rule) -> Rule:
    return Rule(f"{rule.expected}, or null", lambda value: value is None or rule.holds(value))


_ID = Rule("32 hexadecimal digits", lambda value: _matches(_HEX32, value))
_TEXT = Rule(f"one line of at most {MAX_NAME} letters", lambda value: _is_plain(value, MAX_NAME))
_FILE = Rule(FORM, lambda value: _matches(NAME, value))
RULES: dict[str, Rule] = {
    "id": _ID,
    "timestamp": Rule("a UTC time such as 2026-01-31T12:00:00.000000+00:00", _is_time),
    "session": Rule("1 to 100 letters, digits, _ . or -", lambda value: _matches(_SESSION, value)),
    "annotator": Rule(f"one line of 1 to {MAX_NAME} letters", lambda value: _is_plain(value, MAX_NAME, 1)),
    "class_label": _or_null(Rule("a class from 0", lambda value: _is_whole(value, 1_000_000))),
    "class_name": _TEXT,
    "image": _or_null(_FILE),
    "response_ms": _or_null(Rule("milliseconds of a day", lambda value: _is_whole(value, 86_400_001))),
    "repeat_of": _or_null(_ID),
    "preference": _one_of(PREFERENCES),
    "swapped": Rule("true or false", lambda value: type(value) is bool),
    "rating": Rule("a whole number from 1 to 5", lambda value: type(value) is int and value in RATINGS),
    "undoes": _ID,
    "file": _FILE,
    "kind": _one_of(tuple(KINDS)),
    "checkpoint": _or_null(
        Rule(f"one line of at most {MAX_PATH} letters", lambda value: _is_plain(value, MAX_PATH, 1))
    ),
    "checkpoint_sha256": _or_null(Rule("64 hexadecimal digits", lambda value: _matches(_HEX64, value))),
    "seed": _or_null(Rule("a whole number from 0", lambda value: _is_whole(value, 1 << 63))),
    "noise": _or_null(_FILE),
}
_ITEMS = ("a", "b", "item")
_FIELDS = {kind: {one.name: one for one in fields(kind)} for kind in (*TYPES.values(), Item)}


def to_line(entry: Entry) -> bytes:
    """A record as one line of UTF-8 JSON, its newline included.

    Raises:
        PreferenceError: a field that could not be read back.
    """
    kind = next(name for name, cls in TYPES.items() if type(entry) is cls)
    content = asdict(entry)
    _built(type(entry), content, kind)
    text = json.dumps({"schema": SCHEMA, "comparison_type": kind, **content}, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def parse_line(line: bytes, where: object) -> Entry:
    """The record of a line.

    Args:
        line: with or without its newline.
        where: file and number, for messages.

    Raises:
        SchemaError: written by another version.
        PreferenceError: not JSON, or a field that is missing, unknown or out of its range.
    """
    try:
        content = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise PreferenceError(where, f"no JSON ({error!s:.80})", "one JSON object", REMEDY) from error
    if not isinstance(content, dict):
        raise PreferenceError(where, f"a {type(content).__name__}", "one JSON object", REMEDY)
    version, kind = content.pop("schema", None), content.pop("comparison_type", None)
    if type(version) is not int or version != SCHEMA:
        remedy = "It was written by another version of this package: read it with that version, or update this one."
        raise SchemaError(f"{where} (schema)", f"{version!r:.40}", str(SCHEMA), remedy)
    if not isinstance(kind, str) or kind not in TYPES:
        raise PreferenceError(f"{where} (comparison_type)", f"{kind!r:.40}", f"one of {', '.join(TYPES)}", REMEDY)
    return _built(TYPES[kind], content, where)


def _built(cls: type, content: dict, where: object) -> Any:
    known = _FIELDS[cls]
    unknown = content.keys() - known.keys()
    if unknown:
        raise PreferenceError(where, f"the key {min(unknown)!r:.60}", f"only {', '.join(known)}", REMEDY)
    values = {}
    for name, one in known.items():
        if name in content:
            values[name] = _value(name, content[name], where)
        elif one.default is MISSING:
            raise PreferenceError(f"{where} ({name})", "no such key", "one", REMEDY)
    return cls(**values)


def _value(name: str, value: Any, where: object) -> Any:
    if name in _ITEMS:
        if not isinstance(value, dict):
            raise PreferenceError(f"{where} ({name})", f"{value!r:.60}", "an object with a file", REMEDY)
        return _built(Item, value, f"{where} ({name})")
    rule = RULES[name]
    if not rule.holds(value):
        raise PreferenceError(f"{where} ({name})", f"{value!a:.80}", rule.expected, REMEDY)
    return value


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")
