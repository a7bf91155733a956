"""Damage to text: fields exchanged, left out and made extreme, lines in another order."""

import re
from collections.abc import Callable
from random import Random

from .extremes import NUMBERS, TEXTS

_FIELD = re.compile(rb"[^\s,;:=#()\[\]{}<>\"'/]+")
_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def field_replaced(content: bytes, donor: bytes, rng: Random) -> bytes:
    """A field by an extreme value, by nothing, or by one of another file."""
    first, end = _found(_FIELD, content, rng)
    others = donor[slice(*_found(_FIELD, donor, rng))]
    return content[:first] + rng.choice((rng.choice(NUMBERS), rng.choice(TEXTS), b"", others)) + content[end:]


def number_replaced(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """A number by an extreme one."""
    first, end = _found(_NUMBER, content, rng)
    return content[:first] + rng.choice(NUMBERS) + content[end:]


def fields_swapped(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """Two fields in each other's place."""
    one, other = sorted((_found(_FIELD, content, rng), _found(_FIELD, content, rng)))
    if one[1] > other[0]:
        return content
    middle = content[one[1] : other[0]]
    return content[: one[0]] + content[slice(*other)] + middle + content[slice(*one)] + content[other[1] :]


def lines_changed(content: bytes, donor: bytes, rng: Random) -> bytes:
    """A line left out, doubled, moved, joined with the next one, or taken from another file."""
    lines = content.split(b"\n")
    place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    act = rng.randrange(5)
    line = lines.pop(place) if act in (0, 2) else lines[place]
    if act in (1, 2):
        lines.insert(other, line)
    elif act == 3:
        lines[place] += lines.pop(place + 1) if place + 1 < len(lines) else b""
    elif act == 4:
        lines[place] = rng.choice(donor.split(b"\n"))
    return rng.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def reencoded(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """The same text in an encoding that nobody expects."""
    text = content.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-16", "utf-8-sig", "utf-32", "utf-7", "cp500")), "replace")


def _found(pattern: re.Pattern, content: bytes, rng: Random) -> tuple[int, int]:
    """Where a match lies at or behind a random place."""
    match = pattern.search(content, rng.randrange(len(content) + 1)) or pattern.search(content)
    return match.span() if match else (0, 0)


LINES: tuple[Callable[[bytes, bytes, Random], bytes], ...] = (
    field_replaced, field_replaced, number_replaced, number_replaced, fields_swapped, lines_changed, lines_changed, reencoded,
)  # fmt: skip
