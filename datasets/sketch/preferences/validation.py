"""Everything that is wrong in a store: every line, and every file that a record names."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .choices import sharing
from .errors import PreferenceError
from .files import inside
from .payload import KINDS, NOISE, read_payload
from .reading import Fault, scan, session_files
from .record import Entry, Judgement, Undo, items_of
from .store import MAX_IMAGE


@dataclass
class Validation:
    """What was looked at.

    Attributes:
        counts: ``sessions``, ``records``, ``undos``, ``files`` (named by records), ``torn`` (tolerated) and ``faults``.
        faults: at most 1,000 lines of text.
        torn: at most 1,000 lines of text; what was cut off while it was written was never acknowledged and is no fault.
    """

    counts: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    def fault(self, text: object) -> None:
        """Count a fault."""
        self._add("faults", self.faults, text)

    def tear(self, text: object) -> None:
        """Count a torn line."""
        self._add("torn", self.torn, text)

    def _add(self, name: str, texts: list[str], text: object) -> None:
        self.counts[name] += 1
        if len(texts) < 1000:
            texts.append(str(text))


def validate(root: str | Path) -> Validation:
    """Look at every line of every session, and at every file that a record names.

    Raises:
        PreferenceError: no such store.
    """
    base, found = Path(root), Validation()
    seen, named, tombstones = set(), {}, []
    shared = sharing()
    for path in session_files(base):
        found.counts["sessions"] += 1
        for where, entry in _entries(base, path, found):
            number = int(entry.id, 16)
            if number in seen:
                found.fault(f"{where}: the id {entry.id} is there twice")
            seen.add(number)
            if isinstance(entry, Undo):
                tombstones.append((where, int(entry.undoes, 16)))
            for name, kind in _named(entry):
                named.setdefault(shared(name), (where, kind))
            found.counts["undos" if isinstance(entry, Undo) else "records"] += 1
    for where, undone in tombstones:
        if undone not in seen:
            found.fault(f"{where}: takes back {undone:032x}, which is nowhere")
    for name, (where, kind) in named.items():
        _check_file(base, name, kind, where, found)
    found.counts["files"] = len(named)
    return found


def _entries(root: Path, path: Path, found: Validation) -> Iterator[tuple[str, Entry]]:
    try:
        for number, _, entry in scan(root, path):
            where = f"{path.relative_to(root).as_posix()}:{number}"
            if isinstance(entry, Fault):
                (found.tear if entry.kind == "torn" else found.fault)(entry.error)
            else:
                yield where, entry
    except PreferenceError as error:
        found.fault(error)


def _named(entry: Entry) -> Iterator[tuple[str, str]]:
    for item in items_of(entry):
        yield item.file, item.kind
        if item.noise is not None:
            yield item.noise, "noise"
    if isinstance(entry, Judgement) and entry.image is not None:
        yield entry.image, "image"


def _check_file(root: Path, name: str, kind: str, where: str, found: Validation) -> None:
    try:
        if kind != "image":
            read_payload(root, NOISE if kind == "noise" else KINDS[kind], name)
        elif not 0 < _size(inside(root, name)) <= MAX_IMAGE:
            found.fault(f"{where}: {name} is missing, empty or over {MAX_IMAGE} bytes")
    except PreferenceError as error:
        found.fault(f"{where}: {error}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
