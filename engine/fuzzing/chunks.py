"""Damage to bytes of any kind: what cables, disks and editors do, and what nobody does by accident."""

from collections.abc import Callable
from random import Random

from .extremes import NUMBERS, TEXTS

_LONGEST = 64


def flipped(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """One to eight bits the other way round."""
    found = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if found:
            found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def overwritten(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """A stretch of one value, such as the zeros of a block that was never written, or of chance."""
    first, end = _stretch(content, rng)
    fill = rng.choice((b"\0", b"\xff", b"\x7f", b" ", rng.randbytes(1)))
    middle = rng.randbytes(end - first) if rng.random() < 0.3 else fill * (end - first)
    return content[:first] + middle + content[end:]


def truncated(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """The beginning alone."""
    return content[: rng.randrange(len(content) + 1)]


def beheaded(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """The end alone."""
    return content[rng.randrange(len(content) + 1) :]


def cut(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """A stretch left out."""
    first, end = _stretch(content, rng)
    return content[:first] + content[end:]


def repeated(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """A stretch two to 64 times."""
    first, end = _stretch(content, rng)
    return content[:first] + content[first:end] * rng.choice((2, 3, 64)) + content[end:]


def grafted(content: bytes, donor: bytes, rng: Random) -> bytes:
    """The beginning of this file and the end of another."""
    return content[: rng.randrange(len(content) + 1)] + donor[rng.randrange(len(donor) + 1) :]


def inserted(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """An extreme value where it does not belong."""
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice((*NUMBERS, *TEXTS)) + content[place:]


def numbered(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """A whole number of 2, 4 or 8 bytes where lengths and offsets may stand."""
    size = rng.choice((2, 4, 8))
    value = rng.choice((0, 1, (1 << 8 * size) - 1, 1 << (8 * size - 1), (1 << (8 * size - 1)) - 1, 1 << (4 * size)))
    place = rng.randrange(max(1, len(content) - size))
    return content[:place] + value.to_bytes(size, rng.choice(("little", "big"))) + content[place + size :]


def _stretch(content: bytes, rng: Random) -> tuple[int, int]:
    first = rng.randrange(len(content) + 1)
    most = len(content) if rng.random() < 0.1 else _LONGEST
    return first, min(len(content), first + rng.randint(1, most + 1))


CHUNKS: tuple[Callable[[bytes, bytes, Random], bytes], ...] = (
    flipped, overwritten, truncated, beheaded, cut, repeated, grafted, inserted, numbered,
)  # fmt: skip
