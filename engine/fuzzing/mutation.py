"""One damaged or forged file made of a valid one; the kind of damage is chosen by the file's ending."""

import warnings
from collections.abc import Callable, Mapping
from random import Random

from . import archives, trees
from .chunks import CHUNKS
from .lines import LINES

Damage = Callable[[bytes, bytes, Random], bytes]
_TEXT = (".csv", ".txt", ".log", ".asc", ".trc", ".svg", ".json", ".jsonl", ".url")
_ZIP = (".npz", ".pth", ".pt")


def mutated(files: Mapping[str, bytes], donor: Mapping[str, bytes], rng: Random) -> dict[str, bytes]:
    """Files of which one, now and then two, are damaged; one in thirty is taken away where there are several.

    Args:
        files: content by name.
        donor: the same of another valid set, from which parts may come.
        rng: chance; the same gives the same.
    """
    found = dict(files)
    for name in rng.sample(sorted(found), k=min(len(found), 1 if rng.random() < 0.8 else 2)):
        if len(found) > 1 and rng.random() < 1 / 30:
            del found[name]
            continue
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            found[name] = damaged(name, found[name], donor.get(name, found[name]), rng)
    return found


def damaged(name: str, content: bytes, donor: bytes, rng: Random) -> bytes:
    """A file damaged once.

    Args:
        name: whose ending says what it holds.
        content: of the file.
        donor: of another one of its kind.
        rng: chance.
    """
    return rng.choice(_choices(name))(content, donor, rng)


def _choices(name: str) -> tuple[Damage, ...]:
    """Every kind of damage that a file may take; what knows its form comes up as often as what does not."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    known: tuple[Damage, ...] = ()
    if ending in _TEXT:
        known += LINES
    if ending in (".json", ".jsonl"):
        known += (trees.document if ending == ".json" else trees.rows,) * 10
    if ending in _ZIP:
        known += (_repacked,) * 14
    if ending == ".npy":
        known += (archives.header,) * 5
    return (*CHUNKS, *known)


def _repacked(content: bytes, donor: bytes, rng: Random) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the names that come twice on purpose
        return archives.repacked(content, donor, rng, damaged)
