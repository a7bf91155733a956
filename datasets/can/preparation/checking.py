"""Whether prepared sets are what their journals say: whole, unchanged, readable, without leaks."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from ..errors import CANFormatError
from ..layout import recordings_below
from ..reading import iterate_frames
from .conversion import CHUNK
from .copies import left_out
from .facts import Facts
from .journal import JOURNAL, Entry, Journal, read_journal
from .scan import blocks


def prepared_sets(root: Path) -> list[tuple[Path, Journal]]:
    """The prepared sets of a folder, which may be one itself.

    Args:
        root: where sets were prepared.

    Returns:
        folder and journal of each, by name.

    Raises:
        CANFormatError: there is none, or a journal is damaged.
    """
    folders = [root, *sorted(path for path in root.iterdir() if path.is_dir())] if root.is_dir() else []
    found = [(folder, journal) for folder in folders if (journal := read_journal(folder))]
    if not found:
        remedy = "Prepare the raw downloads first: python tools/prepare_can.py RAW --out FOLDER."
        raise CANFormatError(root.absolute(), f"no {JOURNAL}", "a prepared set, or a folder of them", remedy)
    return found


def check_set(folder: Path, journal: Journal, on_rows: Callable[[int], None] = lambda rows: None) -> list[str]:
    """Read every recording again and compare it with the journal.

    Args:
        folder: of the prepared set.
        journal: its own.
        on_rows: called with the rows that have been read.

    Returns:
        what is wrong, a sentence each.
    """
    wrong = [f"{folder / target}: was refused: {reason}" for target, reason in journal.refused.items()]
    if not journal.complete:
        wrong.append(f"{folder}: the preparation has not ended well; start it again, it goes on where it was")
    present = {f"{found.source}{found.path.suffix}" for found in recordings_below(folder)}
    expected = {target for target, entry in journal.files.items() if not entry.left_out}
    strangers = sorted(present - expected)
    wrong += [f"{folder / name}: stands there, but was not prepared; remove it" for name in strangers]
    reasons = left_out({target: journal.files[target] for target in expected})
    wrong += [f"{folder / target}: stands there, although {reason}" for target, reason in reasons.items()]
    for target in sorted(expected):
        wrong += _check_file(folder / target, journal.files[target], on_rows)
    return wrong


def _check_file(path: Path, entry: Entry, on_rows: Callable[[int], None]) -> list[str]:
    if not path.is_file():
        return [f"{path}: is missing; prepare the set again"]
    total = hashlib.sha256()
    for block in blocks(path):
        total.update(block)
    if total.hexdigest() != entry.sha256:
        return [f"{path}: its bytes have changed since it was written; remove it and prepare the set again"]
    try:
        facts, labelled = _facts(path, on_rows)
    except CANFormatError as error:
        return [f"{path}: cannot be read: {error}"]
    got = (facts.rows, facts.attack_rows, labelled, facts.frames_sha256())
    wanted = (entry.rows, entry.attack_rows, entry.labelled, entry.frames_sha256)
    names = ("rows", "attack rows", "labels", "frames")
    return [f"{path}: {name}: got {a}, expected {b}" for name, a, b in zip(names, got, wanted) if a != b]


def _facts(path: Path, on_rows: Callable[[int], None]) -> tuple[Facts, bool]:
    facts, labelled = Facts(), True
    for frames in iterate_frames(path, CHUNK):
        labelled = frames.label is not None
        facts.add(frames)
        on_rows(len(frames))
    return facts, labelled
