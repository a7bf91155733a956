"""The path data of one cubic stroke, ``M x y C x1 y1 x2 y2 x3 y3``, read by SVG's own grammar of numbers."""

import math
import re

# SVG 1.1, 8.3.9: digits on at least one side of the point, an exponent, and no space needed before a sign or a second point.
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_SPACE = re.compile(r"[ \t\r\n\f]*")
_SEPARATOR = re.compile(r"[ \t\r\n\f]*,?[ \t\r\n\f]*")
_WORD = re.compile(r"[A-Za-z]+")
_WANTED = "M x y C x1 y1 x2 y2 x3 y3"
_COUNTS = {"M": 2, "C": 6}


def cubic_numbers(data: str) -> list[float]:
    """The eight coordinates of a stroke, in the order of its path data.

    Args:
        data: the attribute ``d`` of a path.

    Raises:
        ValueError: another command, another count of numbers, something that is no number, or one that is not finite; the
            message continues "stroke 5 has ...".
    """
    place = 0
    found: list[float] = []
    for letter, count in _COUNTS.items():
        place = _command(data, place, letter)
        for number in range(count):
            place, value = _number(data, place, letter, number, count)
            found.append(value)
    rest = data[place:].strip()
    if rest:
        raise ValueError(f"{rest[:20]!r} after its six numbers of C, expected the end ({_WANTED})")
    return found


def _command(data: str, place: int, letter: str) -> int:
    place = _end(_SPACE, data, place)
    if data[place : place + 1] != letter:
        raise ValueError(f"{_shown(data, place)} where its command {letter} should stand ({_WANTED})")
    return _end(_SPACE, data, place + 1)


def _number(data: str, place: int, letter: str, number: int, count: int) -> tuple[int, float]:
    """The place behind a number and the separator after it, and the number."""
    match = _NUMBER.match(data, place)
    if match is None:
        got = f"{_shown(data, place)} for number {number + 1} of {count} after {letter}"
        raise ValueError(f"{got}, expected a finite number ({_WANTED})")
    value = float(match[0])
    if not math.isfinite(value):
        raise ValueError(f"{match[0]!r}, which is too large, as number {number + 1} after {letter}")
    last = number + 1 == count
    return _end(_SPACE if last else _SEPARATOR, data, match.end()), value


def _end(pattern: re.Pattern, data: str, place: int) -> int:
    match = pattern.match(data, place)
    return match.end() if match else place


def _shown(data: str, place: int) -> str:
    word = _WORD.match(data, place)
    return repr(word[0] if word else data[place : place + 12]) if place < len(data) else "the end of its path"
