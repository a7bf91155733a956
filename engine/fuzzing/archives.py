"""Forged zip files, such as .npz files and checkpoints: damaged within, with checksums that are right."""

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

_NAMES = ("../outside", "/tmp/outside", "a/../../outside", "", "con", "A" * 300, "data.pkl", "é")
_SWOLLEN = 8 << 20
_SHAPE = re.compile(rb"'shape': \([^)]*\)")
_DESCR = re.compile(rb"'descr': '[^']*'")
_SHAPES = (
    b"()",
    b"(0,)",
    b"(-1,)",
    b"(3,)",
    b"(1099511627776,)",
    b"(2, 3, 512, 512)",
    b"(4611686018427387904, 4)",
    b"(1.5,)",
)
_TYPES = (b"|O", b"<f8", b"<f4", b"|u1", b"<U9", b"|S9", b"<M8[s]", b"<c16", b"|V8", b">i2", b"junk", b"<f2")


def repacked(content: bytes, donor: bytes, rng: Random, damage: Callable[[str, bytes, bytes, Random], bytes]) -> bytes:
    """A zip file with one member damaged, renamed, doubled, taken out or swollen; as it was where it is none.

    Args:
        content: of the file.
        donor: of another one.
        rng: chance.
        damage: of a member's name, content, the content of another member, and chance.
    """
    try:
        members = _members(content)
    except Exception:  # damaged before, it may fail in any way
        return content
    if not members:
        return content
    place, other = rng.randrange(len(members)), rng.randrange(len(members))
    name, data = members[place]
    act = rng.randrange(12)
    if act == 0:
        del members[place]
    elif act == 1:
        members[place] = (rng.choice(_NAMES), data)
    elif act == 2:
        members.append((name, members[other][1]))
    elif act == 3:
        members[place] = (name, members[other][1])
    elif act == 4:
        members[place] = (name, data + bytes(_SWOLLEN))
    else:
        members[place] = (name, damage(name, data, members[other][1], rng))
    return _packed(members)


def header(content: bytes, _donor: bytes, rng: Random) -> bytes:
    """An array of NumPy whose header claims another shape or type; its length is made to fit."""
    if not content.startswith(b"\x93NUMPY\x01"):
        return content
    size = 10 + int.from_bytes(content[8:10], "little")
    pattern, choices = rng.choice(((_SHAPE, _SHAPES), (_DESCR, _TYPES)))
    key = b"'shape': " if pattern is _SHAPE else b"'descr': "
    value = rng.choice(choices) if pattern is _SHAPE else b"'" + rng.choice(choices) + b"'"
    text = pattern.sub(key + value, content[10:size], count=1).rstrip()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return content[:8] + len(text).to_bytes(2, "little") + text + content[size:]


def _members(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def _packed(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            archive.writestr(
                zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED if len(data) > _SWOLLEN else zipfile.ZIP_STORED
            )
    return buffer.getvalue()
