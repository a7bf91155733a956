"""Stores made one: every record of each, once, with the files it names."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from .appending import append
from .errors import PreferenceError, SchemaError
from .files import make_folder, read_bounded, unwritable, write_durably
from .payload import MAX_FILE
from .reading import SESSIONS, Fault, Faults, OnError, scan, session_files
from .record import Entry
from .store import MAX_IMAGE, files_of

# Lines a write, so that a long session is not synced line by line.
_TOGETHER = 256


@dataclass
class Merged:
    """What a merge did.

    Attributes:
        added: records and tombstones.
        known: those that were there.
        faults: lines that were passed over.
    """

    added: int
    known: int
    faults: Faults


def merge(sources: Sequence[str | Path], into: str | Path, on_error: OnError = "raise") -> Merged:
    """Add the records of stores to another one; each keeps its session, and its id, by which it is known.

    Done again, it changes nothing; interrupted, it is done again. Records may be collected in any of the stores meanwhile.

    Args:
        sources: roots.
        into: root, made where it is missing.
        on_error: ``raise`` at a damaged line of a source, or ``skip`` it.

    Raises:
        PreferenceError: a store that cannot be read or written, a source that is the target, one id with two contents, or a file
            of a record that is missing.
    """
    target, merged = Path(into), Merged(0, 0, Faults())
    for source in map(Path, sources):
        if os.path.realpath(source) == os.path.realpath(target):
            raise PreferenceError(source, "a source that is also the target", "two folders", "Name another target.")
        session_files(source)
    with _alone(target):
        known = _known(target)
        for source in map(Path, sources):
            for path in session_files(source):
                _merge_session(source, path, target, known, on_error, merged)
    return merged


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One merge at a time: two would not see each other's records."""
    lock = target / ".merge.lock"
    try:
        make_folder(target / SESSIONS)
        file = lock.open("a")
    except OSError as error:
        raise unwritable(lock, error) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _known(target: Path) -> dict[int, bytes]:
    """The digest of each line, by its id. Damaged lines of the target have no id and stay where they are."""
    found = {}
    for path in session_files(target):
        for _, line, entry in scan(target, path):
            if isinstance(entry, Entry):
                found[int(entry.id, 16)] = _digest(line)
            elif isinstance(entry.error, SchemaError):
                raise entry.error
    return found


def _merge_session(
    source: Path, path: Path, target: Path, known: dict[int, bytes], on_error: OnError, merged: Merged
) -> None:
    waiting: list[bytes] = []
    to = target / path.relative_to(source)
    for number, line, entry in scan(source, path):
        if isinstance(entry, Fault):
            if isinstance(entry.error, SchemaError) or (on_error == "raise" and entry.kind == "damaged"):
                raise entry.error
            merged.faults.add(entry)
        elif _is_new(entry, line, known, f"{path}:{number}"):
            _copy(source, target, entry)
            waiting.append(line + b"\n")
            merged.added += 1
        else:
            merged.known += 1
        if len(waiting) == _TOGETHER:
            append(to, b"".join(waiting))
            waiting.clear()
    if waiting:
        append(to, b"".join(waiting))


def _is_new(entry: Entry, line: bytes, known: dict[int, bytes], where: str) -> bool:
    number, digest = int(entry.id, 16), _digest(line)
    if number not in known:
        known[number] = digest
        return True
    if known[number] != digest:
        got = f"another content for the id {entry.id} than the target has"
        raise PreferenceError(where, got, "the same", "A line was edited: keep one of the two.")
    return False


def _copy(source: Path, target: Path, entry: Entry) -> None:
    for name in files_of(entry):
        if not (target / name).is_file():
            content = read_bounded(source, name, MAX_FILE if name.endswith(".npy") else MAX_IMAGE)
            write_durably(target, name, content)


def _digest(line: bytes) -> bytes:
    return blake2b(line, digest_size=8).digest()
