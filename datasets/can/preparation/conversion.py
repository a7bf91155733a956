"""One raw recording to one file of the common layout, a stretch at a time; the file appears whole or not at all."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...replacing import replacing
from ..errors import CANFormatError
from ..formats.salvage import Faults
from ..frames import Frames
from ..reading import iterate_frames
from .facts import Facts
from .faults import faults_of
from .journal import VERSION, Entry
from .raw_set import RawSet, Recipe
from .scan import Scan, blocks
from .writing import BARE_HEADER, HEADER, to_rows, without_labels

CHUNK = 50_000


@dataclass
class Written:
    """A file as it was written: its size in bytes and its digest."""

    size: int
    sha256: str


def convert(
    raw: RawSet, recipe: Recipe, folder: Path, found: Scan, salvage: bool, on_rows: Callable[[int], None]
) -> Entry:
    """Write one recording.

    Args:
        raw: the set.
        recipe: what to make.
        folder: of the prepared set.
        found: what the bytes of the raw file say.
        salvage: leave malformed rows out rather than refuse the file.
        on_rows: called with the rows that each stretch has brought.

    Returns:
        what is known of it.

    Raises:
        CANFormatError: names the file and the line that cannot be read; or there are no frames, no labels in a training
            split with attacks, or the raw file changes meanwhile.
    """
    before = recipe.raw.stat()
    facts, malformed = Facts(), Faults()
    pieces = _part(recipe, found.lines, malformed if salvage else None)
    stretches = (_labelled(recipe, frames, facts) for frames in pieces)
    with replacing(folder / recipe.target) as temporary:
        written, labelled = _write(temporary, stretches, facts, on_rows)
        if not facts.rows:
            raise CANFormatError(recipe.raw, "no frames", "at least one", "Download the file again.")
        if labelled and recipe.is_test and not recipe.is_attack_free and not facts.attack_rows:
            written, labelled = _strip_labels(temporary), False
        _refuse_changes(recipe.raw, before)
    return Entry(
        raw=str(recipe.raw.relative_to(raw.folder)),
        raw_bytes=found.size,
        raw_mtime_ns=before.st_mtime_ns,
        raw_sha256=found.sha256,
        part=[recipe.begin, recipe.end],
        salvage=salvage,
        version=VERSION,
        rows=facts.rows,
        attack_rows=facts.attack_rows,
        labelled=labelled,
        first_s=facts.first_s,
        last_s=facts.last_s,
        bytes=written.size,
        sha256=written.sha256,
        frames_sha256=facts.frames_sha256(),
        labels_sha256=facts.labels_sha256() if labelled else "",
        faults=faults_of(recipe, found, facts, labelled, malformed),
    )


def _part(recipe: Recipe, lines: int, malformed: Faults | None) -> Iterator[Frames]:
    """The recording's share of the raw file's frames, by position."""
    stretches = iterate_frames(recipe.raw, CHUNK, malformed)
    if (recipe.begin, recipe.end) == (0.0, 1.0):
        yield from (frames for frames in stretches if len(frames))
        return
    begin, end, at = int(lines * recipe.begin), int(lines * recipe.end), 0
    for frames in stretches:
        piece = frames[max(0, begin - at) : max(0, end - at)]
        at += len(frames)
        if len(piece):
            yield piece
        if at >= end:
            return


def _labelled(recipe: Recipe, frames: Frames, facts: Facts) -> Frames:
    """With zeros where an attack-free recording has no labels."""
    if frames.label is not None or (recipe.is_test and not recipe.is_attack_free):
        return frames
    if recipe.is_attack_free:
        facts.filled_labels += len(frames)
        return replace(frames, label=np.zeros(len(frames), np.uint8))
    remedy = "Download the labelled file; only attack-free recordings and tests may be without labels."
    raise CANFormatError(recipe.raw, "no labels", "labelled frames in a training split with attacks", remedy)


def _write(
    path: Path, stretches: Iterator[Frames], facts: Facts, on_rows: Callable[[int], None]
) -> tuple[Written, bool]:
    """Write the stretches; what was written, and whether it has labels."""
    total, size, labelled = hashlib.sha256(), 0, True
    with path.open("wb") as file:
        for frames in stretches:
            labelled = frames.label is not None
            header = b"" if facts.rows else HEADER if labelled else BARE_HEADER
            facts.add(frames)
            rows = header + to_rows(frames)
            file.write(rows)
            total.update(rows)
            size += len(rows)
            on_rows(len(frames))
        _to_disk(file)
    return Written(size, total.hexdigest()), labelled


def _strip_labels(path: Path) -> Written:
    """Take the column of zeros away: no attack row in a test of attacks says nothing of detection."""
    total, size, rest = hashlib.sha256(), 0, b""
    bare = path.with_name(f"{path.name}.bare")
    with bare.open("wb") as file:
        for block in blocks(path):
            whole, newline, rest = (rest + block).rpartition(b"\n")
            rows = without_labels(whole + newline)
            file.write(rows)
            total.update(rows)
            size += len(rows)
        _to_disk(file)
    os.replace(bare, path)
    return Written(size, total.hexdigest())


def _to_disk(file) -> None:
    file.flush()
    os.fsync(file.fileno())


def _refuse_changes(raw: Path, before: os.stat_result) -> None:
    after = raw.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        remedy = "Wait until the download has ended, then start again."
        raise CANFormatError(raw, "a file that changes while it is read", "a finished download", remedy)
