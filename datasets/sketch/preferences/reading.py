"""The records of a store, one at a time; torn lines are tolerated and damaged ones are counted or refused."""

import os
import stat
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, get_args

from ..errors import SketchWarning
from .appending import TORN
from .errors import PreferenceError, SchemaError
from .line import MAX_LINE, REMEDY, parse_line
from .record import Entry, Judgement, Undo

OnError = Literal["raise", "skip"]
SESSIONS = "sessions"
PREFIX, SUFFIX = "session_", ".jsonl"
MAX_FAULTS = 1000


class Fault(NamedTuple):
    """A line that is no record.

    Attributes:
        file: relative to the root.
        line: from 1.
        kind: ``torn`` (cut off while it was written, never acknowledged) or ``damaged``.
        error: what is wrong.
    """

    file: str
    line: int
    kind: str
    error: PreferenceError


@dataclass
class Faults:
    """What reading passed over.

    Attributes:
        counts: of all, by kind.
        first: at most 1,000 of them, so that a file of nothing else fits in memory.
    """

    counts: Counter = field(default_factory=Counter)
    first: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Count one."""
        self.counts[fault.kind] += 1
        if len(self.first) < MAX_FAULTS:
            self.first.append(fault)


def session_files(root: Path, sessions: Sequence[str] | None = None) -> list[Path]:
    """The files of a store in the order of their names.

    Args:
        root: of the store.
        sessions: names to keep; None keeps all.

    Raises:
        PreferenceError: no such store, or a session that is not there.
    """
    folder = root / SESSIONS
    if not folder.is_dir():
        remedy = "Collect preferences first, or name the folder that holds sessions/ and beziers/."
        raise PreferenceError(root, "no folder sessions in it", "a store of preferences", remedy)
    found = sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))
    if sessions is None:
        return found
    names = {session_name(path): path for path in found}
    missing = [name for name in sessions if name not in names]
    if missing:
        got = f"no session {', '.join(missing)}"
        raise PreferenceError(root, got, f"some of {', '.join(names) or 'none'}", "Correct the names.")
    return [path for name, path in names.items() if name in sessions]


def session_name(path: Path) -> str:
    """What stands between ``session_`` and ``.jsonl``."""
    return path.name[len(PREFIX) : -len(SUFFIX)]


def scan(root: Path, path: Path, end: int | None = None) -> Iterator[tuple[int, bytes, Entry | Fault]]:
    """Every line of a file that is not blank.

    Args:
        root: of the store; the file must lie in it.
        path: of the file.
        end: bytes to read; None reads to the end.

    Yields:
        its number, its bytes without newline or mark, and the record or what is wrong with it.

    Raises:
        PreferenceError: the file cannot be opened, is no regular one, or is a link out of the root.
    """
    name = path.relative_to(root).as_posix()
    with _opened(root, path) as file:
        for number, raw in enumerate(_lines(file, end), 1):
            if not raw.strip():
                continue
            is_whole = raw.endswith(b"\n")
            line = raw.rstrip(b"\r\n")
            is_torn = not is_whole or line.endswith(TORN)
            line = line.removesuffix(TORN)
            yield number, line, _entry(line, name, number, is_torn)


def read_entries(
    root: Path, on_error: OnError = "raise", faults: Faults | None = None, sessions: Sequence[str] | None = None
) -> Iterator[Entry]:
    """Every record and tombstone, in the order of the files and lines.

    Args:
        root: of the store.
        on_error: ``raise`` at a damaged line, or ``skip`` it. A torn line is passed over either way.
        faults: told what was passed over; without it a warning tells the counts.
        sessions: names to keep; None keeps all.

    Raises:
        SchemaError: a line of another version, whatever ``on_error`` says: passing over it would lose choices unseen.
        PreferenceError: a damaged line, or a file that cannot be read.
    """
    told = Faults() if faults is None else faults
    for path in session_files(root, sessions):
        yield from _of_file(root, path, None, on_error, told)
    _warn(root, faults, told)


def read_standing(
    root: Path, on_error: OnError = "raise", faults: Faults | None = None, sessions: Sequence[str] | None = None
) -> Iterator[Judgement]:
    """Every choice and rating that has not been taken back, in the order of the files and lines.

    The files are read twice, first for the tombstones; what is appended meanwhile is left to the next call. Memory holds a line
    and the ids that were taken back.

    Args:
        root, on_error, faults, sessions: see ``read_entries``.

    Raises:
        PreferenceError: see ``read_entries``.
    """
    if on_error not in get_args(OnError):
        raise PreferenceError("on_error", repr(on_error), "raise or skip", "Correct the call.")
    told = Faults() if faults is None else faults
    sizes = {path: path.stat().st_size for path in session_files(root, sessions)}
    undone = undone_ids(root, sizes)
    for path, size in sizes.items():
        for entry in _of_file(root, path, size, on_error, told):
            if isinstance(entry, Judgement) and int(entry.id, 16) not in undone:
                yield entry
    _warn(root, faults, told)


def undone_ids(root: Path, sizes: dict[Path, int]) -> set[int]:
    """The ids, as numbers, that tombstones take back, in so many bytes of each file."""
    undone = set()
    for path, size in sizes.items():
        with _opened(root, path) as file:
            for raw in _lines(file, size):
                if b'"undoes"' in raw:
                    line = raw.rstrip(b"\r\n").removesuffix(TORN)
                    entry = _entry(line, path.name, 0, False)
                    if isinstance(entry, Undo):
                        undone.add(int(entry.undoes, 16))
    return undone


def _of_file(root: Path, path: Path, end: int | None, on_error: OnError, told: Faults) -> Iterator[Entry]:
    for _, _, found in scan(root, path, end):
        if isinstance(found, Entry):
            yield found
            continue
        if isinstance(found.error, SchemaError) or (on_error == "raise" and found.kind == "damaged"):
            raise found.error
        told.add(found)


def _warn(root: Path, faults: Faults | None, told: Faults) -> None:
    if faults is None and told.counts:
        counts = ", ".join(f"{count} {kind}" for kind, count in told.counts.items())
        note = f"{root}: passed over {counts} lines; the first: {told.first[0].error}"
        warnings.warn(note, SketchWarning, stacklevel=3)


def _opened(root: Path, path: Path) -> BinaryIO:
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise PreferenceError(path, f"a link to {real}", "a file below the root", "Copy the file itself there.")
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise PreferenceError(path, f"no readable file ({error.strerror})", "a session", "Check its rights.") from error
    file = open(descriptor, "rb", buffering=1 << 16)  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise PreferenceError(path, "something that is no regular file", "a session", "Move it away.")
    return file


def _lines(file: BinaryIO, end: int | None) -> Iterator[bytes]:
    """Lines with their newlines; of one that is too long the beginning, by which it is told, and its newline."""
    left = os.fstat(file.fileno()).st_size if end is None else end
    while left > 0:
        raw = file.readline(min(MAX_LINE + 1, left))
        left -= len(raw)
        rest = raw
        while rest and not rest.endswith(b"\n") and left > 0:
            rest = file.readline(min(MAX_LINE, left))
            left -= len(rest)
        if not raw:
            return
        yield raw if rest is raw or not rest.endswith(b"\n") else raw + b"\n"


def _entry(line: bytes, name: str, number: int, is_torn: bool) -> Entry | Fault:
    where = f"{name}:{number}"
    if len(line) > MAX_LINE:
        error = PreferenceError(where, "a longer line", f"at most {MAX_LINE} bytes", REMEDY)
        return Fault(name, number, "damaged", error)
    try:
        return parse_line(line, where)
    except SchemaError as error:
        return Fault(name, number, "damaged", error)
    except PreferenceError as error:
        return Fault(name, number, "torn" if is_torn else "damaged", error)
