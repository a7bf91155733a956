"""The points of a grid: every combination of the values that options may take."""

import itertools
from dataclasses import dataclass

from ..config import parse_options
from ..errors import ConfigError

BRACKETS = {"(": ")", "[": "]", "{": "}"}
QUOTES = "'\""


@dataclass(frozen=True)
class Point:
    """One combination.

    Args:
        options: dotted key -> value, as for ``load_config``.
        texts: dotted key -> the value as it was written, for tables and folders.
    """

    options: dict
    texts: dict[str, str]

    @property
    def label(self) -> str:
        """As in ``alpha=0.3 temperature=4``."""
        return " ".join(f"{name}={text}" for name, text in zip(short_names(list(self.texts)), self.texts.values()))


def parse_grid(axes: list[str]) -> dict[str, list[str]]:
    """``["a.b=1,2", "c=[1, 2],[3]"]`` as ``{"a.b": ["1", "2"], "c": ["[1, 2]", "[3]"]}``.

    Raises:
        ConfigError: no key, no value, or a key twice.
    """
    grid: dict[str, list[str]] = {}
    for axis in axes:
        key, separator, text = axis.partition("=")
        values = split(text)
        if not separator or not key or not all(values):
            raise ConfigError([f"--grid {axis!r}: expected key=value,value"])
        if key in grid:
            raise ConfigError([f"--grid {key}: is given twice; give all its values together"])
        repeated = sorted({value for value in values if values.count(value) > 1})
        if repeated:
            raise ConfigError([f"--grid {key}: holds {', '.join(repeated)} more than once"])
        grid[key] = values
    return grid


def split(text: str) -> list[str]:
    """The parts of a text between its commas, but for those inside brackets or quotes."""
    parts, closing, quote = [""], [], ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in QUOTES:
            quote = letter
        elif letter in BRACKETS:
            closing.append(BRACKETS[letter])
        elif closing and letter == closing[-1]:
            closing.pop()
        elif letter == "," and not closing:
            parts.append("")
            continue
        parts[-1] += letter
    return [part.strip() for part in parts]


def points(grid: dict[str, list[str]]) -> list[Point]:
    """Every combination, the last key changing fastest; one point without options for an empty grid."""
    return [point(dict(zip(grid, texts))) for texts in itertools.product(*grid.values())]


def point(texts: dict[str, str]) -> Point:
    """The point of written values."""
    return Point(parse_options([f"{key}={text}" for key, text in texts.items()]), texts)


def short_names(keys: list[str]) -> list[str]:
    """Each dotted key by as few of its last parts as tell it from the others."""
    return [_short(key, [other for other in keys if other != key]) for key in keys]


def _short(key: str, others: list[str]) -> str:
    parts = key.split(".")
    for length in range(1, len(parts)):
        tail = ".".join(parts[-length:])
        if not any(other == tail or other.endswith("." + tail) for other in others):
            return tail
    return key
