"""The store: ``sessions/session_*.jsonl``, the arrays and pictures that its records name, all below one root."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from .appending import append
from .errors import PreferenceError
from .files import inside, write_durably
from .line import MAX_LINE, RULES, to_line
from .payload import KINDS, NOISE, read_payload, write_payload
from .reading import PREFIX, SESSIONS, SUFFIX, Faults, OnError, read_entries, read_standing
from .record import Entry, Item, Judgement, items_of, new_id
from .session import Session

MAX_IMAGE = 20 << 20
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


class PreferenceStore:
    """Preferences below a root. An array is on the disk before a line names it, and a line before ``append`` returns.

    Several processes and threads may append at once. Nothing is ever rewritten. The lock is ``flock``: all writers of a root on
    a network file system must be on one machine.

    Args:
        root: made at the first write.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def session(self, annotator: str, name: str | None = None) -> Session:
        """A sitting.

        Args:
            annotator: who answers, one line of at most 200 letters.
            name: letters, digits, ``_``, ``.`` and ``-``; None makes one of the time and chance.

        Raises:
            PreferenceError: a name that cannot be used.
        """
        made = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{new_id()[:8]}" if name is None else name
        _check("annotator", annotator)
        _check("session", made)
        return Session(self, annotator, made)

    def session_path(self, name: str) -> Path:
        """The file of a session."""
        _check("session", name)
        return self.root / SESSIONS / f"{PREFIX}{name}{SUFFIX}"

    def add_item(
        self, array: Any, kind: str = "sketch", checkpoint: str | None = None, checkpoint_sha256: str | None = None,
        seed: int | None = None, noise: Any = None,
    ) -> Item:  # fmt: skip
        """Have an item on the disk; equal arrays are stored once.

        Args:
            array: of a sketch (32, 4, 2); of parameters (N,).
            kind: ``sketch`` or ``parameters``.
            checkpoint, checkpoint_sha256, seed: see ``Item``.
            noise: x0, the array it was generated from.

        Raises:
            PreferenceError: an array that cannot be used, or no place to write.
        """
        _check("kind", kind)
        x0 = None if noise is None else write_payload(self.root, NOISE, noise)
        file = write_payload(self.root, KINDS[kind], array)
        return Item(file, kind, checkpoint, checkpoint_sha256, seed, x0)

    def add_image(self, content: bytes) -> str:
        """Have a picture on the disk; returns the file's name for a record.

        Raises:
            PreferenceError: neither PNG nor JPEG, over 20 MiB, or no place to write.
        """
        ending = next((name for signature, name in _SIGNATURES.items() if content.startswith(signature)), None)
        if ending is None or len(content) > MAX_IMAGE:
            got = f"{len(content)} bytes of {ending or 'another format'}"
            raise PreferenceError("image", got, f"PNG or JPEG of at most {MAX_IMAGE}", "Convert the picture.")
        name = f"images/{hashlib.sha256(content).hexdigest()}.{ending}"
        write_durably(self.root, name, content)
        return name

    def append(self, entry: Entry) -> None:
        """Have a record on the disk.

        Raises:
            PreferenceError: a value out of its range, a file that is not in the store, or no place to write; then nothing is
                recorded.
        """
        line = to_line(entry)
        if len(line) > MAX_LINE:
            raise PreferenceError("record", f"{len(line)} bytes", f"at most {MAX_LINE}", "Shorten its names.")
        for name in files_of(entry):
            if not inside(self.root, name).is_file():
                remedy = "Make items with add_item and pictures with add_image of this very store."
                raise PreferenceError(self.root / name, "no such file", "one", remedy)
        append(self.session_path(entry.session), line)

    def read_item(self, item: Item) -> np.ndarray:
        """The array of an item, float32; see ``read_payload`` for what is refused."""
        return read_payload(self.root, KINDS[item.kind], item.file)

    def entries(
        self, on_error: OnError = "raise", faults: Faults | None = None, sessions: Sequence[str] | None = None
    ) -> Iterator[Entry]:
        """Every record and tombstone; see ``read_entries``."""
        return read_entries(self.root, on_error, faults, sessions)

    def standing(
        self, on_error: OnError = "raise", faults: Faults | None = None, sessions: Sequence[str] | None = None
    ) -> Iterator[Judgement]:
        """Every record that has not been taken back; see ``read_standing``."""
        return read_standing(self.root, on_error, faults, sessions)


def files_of(entry: Entry) -> list[str]:
    """The files that a record names, relative to the root."""
    named = [name for item in items_of(entry) for name in (item.file, item.noise)]
    return [name for name in (*named, getattr(entry, "image", None)) if name is not None]


def _check(name: str, value: object) -> None:
    if not RULES[name].holds(value):
        raise PreferenceError(name, f"{value!r:.80}", RULES[name].expected, "Correct the call.")
