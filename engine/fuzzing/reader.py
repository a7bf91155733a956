"""A reader of untrusted files: what it is given when all is well, how it is called, how it may refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random


class PassedOverError(Exception):
    """For readers that answer a damaged file by doing without it, such as caches: they gave nothing."""


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        name: by which it is asked for.
        seed: valid files by name, made by chance; nothing of them comes from a real data set.
        read: called with the folder that holds the files; reads all that they say.
        refusals: errors that are a clear answer, if their message says ``named``.
        named: what every message must hold; None for any of the files' names.
        slow: whether a call takes milliseconds; fewer examples are then tried.
        forged: whether ``seed`` makes files that are whole and wrong: each is made for one example, and not damaged.
    """

    name: str
    seed: Callable[[Random], dict[str, bytes]]
    read: Callable[[Path], object]
    refusals: tuple[type[Exception], ...]
    named: str | None = None
    slow: bool = False
    forged: bool = False


def single(name: str, make: Callable[[Random], bytes]) -> Callable[[Random], dict[str, bytes]]:
    """The ``seed`` of a reader of one file."""
    return lambda rng: {name: make(rng)}


def in_one_file(read: Callable[[Path], object]) -> Callable[[Path], object]:
    """The ``read`` of a reader of one file: it is called with the file in place of its folder."""
    return lambda folder: read(next(path for path in folder.iterdir() if path.is_file()))
