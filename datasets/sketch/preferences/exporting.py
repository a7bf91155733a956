"""Preferences as files for other programs: a table, lines, or arrays."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ..archive import write_archive
from .errors import PreferenceError
from .line import to_line
from .pairs import Wanted, training_pairs
from .payload import KINDS, read_payload
from .reading import Faults, OnError, read_standing
from .record import Comparison, Judgement, Rating

_JUDGEMENT = (
    "id",
    "timestamp",
    "session",
    "annotator",
    "class_label",
    "class_name",
    "image",
    "response_ms",
    "repeat_of",
)
_SIDE = ("file", "checkpoint", "checkpoint_sha256", "seed", "noise")
COLUMNS = (
    "comparison_type", *_JUDGEMENT, "kind", "preference", "rating", "swapped",
    *(f"{side}_{name}" for side in "ab" for name in _SIDE),
)  # fmt: skip


def export(root: str | Path, path: str | Path, on_error: OnError = "raise", faults: Faults | None = None) -> int:
    """Write the records that stand.

    Args:
        root: of the store.
        path: ``.csv`` (a row a record; the item of a rating is side a), ``.jsonl`` (the store's own lines) or ``.npz`` (the
            training pairs: ``winner_beziers`` and ``loser_beziers`` (N, 32, 4, 2) float32, ``class_label`` (N,) int64, -1 for
            none, ``class_name`` and ``annotator`` (N,) text). It appears whole or not at all.
        on_error: ``raise`` at a damaged line or, for ``.npz``, array, or ``skip`` it.
        faults: told what was passed over.

    Returns:
        rows, lines or pairs.

    Raises:
        PreferenceError: another ending, no pair for ``.npz``, or a store that cannot be read.
    """
    base, target = Path(root), Path(path)
    writers = {".csv": _write_csv, ".jsonl": _write_lines}
    if target.suffix not in (*writers, ".npz"):
        raise PreferenceError(path, f"the ending {target.suffix!r}", ".csv, .jsonl or .npz", "Rename the file.")
    records = read_standing(base, on_error, faults)
    if target.suffix == ".npz":
        return _write_pairs(base, records, target, on_error)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        count = writers[target.suffix](records, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def rows(records: Iterable[Judgement]) -> Iterator[dict[str, object]]:
    """A flat dict of ``COLUMNS`` a record, without those that it has not."""
    for record in records:
        row = {name: getattr(record, name) for name in _JUDGEMENT}
        if isinstance(record, Comparison):
            sides, row["comparison_type"] = {"a": record.a, "b": record.b}, "pairwise"
            row.update(preference=record.preference, swapped=record.swapped)
        elif isinstance(record, Rating):
            sides, row["comparison_type"] = {"a": record.item}, "absolute"
            row["rating"] = record.rating
        else:
            continue
        row["kind"] = sides["a"].kind
        for side, item in sides.items():
            row.update({f"{side}_{name}": getattr(item, name) for name in _SIDE})
        yield row


def _write_csv(records: Iterable[Judgement], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows(records):
            writer.writerow({name: _cell(value) for name, value in row.items()})
            count += 1
    return count


def _cell(value: object) -> object:
    """A spreadsheet would run a text that begins like a formula; an apostrophe keeps it text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _write_lines(records: Iterable[Judgement], path: Path) -> int:
    count = 0
    with path.open("wb") as file:
        for record in records:
            file.write(to_line(record))
            count += 1
    return count


def _write_pairs(root: Path, records: Iterable[Judgement], path: Path, on_error: OnError) -> int:
    found, winners, losers = [], [], []
    for pair in training_pairs(records, Wanted())[0]:
        try:
            both = [read_payload(root, KINDS["sketch"], file) for file in (pair.winner, pair.loser)]
        except PreferenceError:
            if on_error == "raise":
                raise
            continue
        found.append(pair)
        winners.append(both[0])
        losers.append(both[1])
    if not found:
        raise PreferenceError(
            root, "no pair with a winner", "at least one", "Collect choices, or export .csv or .jsonl."
        )
    labels = [-1 if pair.class_label is None else pair.class_label for pair in found]
    members = {
        "winner_beziers": np.stack(winners),
        "loser_beziers": np.stack(losers),
        "class_label": np.array(labels, np.int64),
        "class_name": np.array([pair.class_name for pair in found], np.str_),
        "annotator": np.array([pair.annotator for pair in found], np.str_),
    }
    write_archive(path, members)
    return len(found)
