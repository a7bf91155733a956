"""Every reader of untrusted files, by domain."""

from collections.abc import Sequence

from ....registry import nearest
from ..errors import FuzzingError
from ..reader import Reader
from . import archives, can, detection, pictures, preferences, runs, scene, sentences, sketch, web

_ROOMS = (can, sketch, pictures, preferences, scene, sentences, runs, archives, detection, web)


def readers() -> dict[str, Reader]:
    """All of them by name."""
    return {reader.name: reader for room in _ROOMS for reader in room.READERS}


def chosen(names: Sequence[str]) -> list[Reader]:
    """Those of some names; all where there is no name.

    Raises:
        FuzzingError: an unknown name.
    """
    known = readers()
    for name in names:
        if name not in known:
            near = nearest(name, known, most=3)
            hint = f" Did you mean {', '.join(map(repr, near))}?" if near else ""
            raise FuzzingError(f"{name!r}: no such reader; python tools/fuzz.py --list names them.{hint}")
    return [known[name] for name in names or known]
