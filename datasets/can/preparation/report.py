"""The report of a preparation: every fault of every file, as plain values and as text."""

import json
import resource
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from ...replacing import write_whole
from .copies import Pair, pairs
from .faults import ACTIONS, FLAGS
from .journal import Entry, Journal

REPORT = "report.json"


def report(journals: list[Journal]) -> dict:
    """Everything that is known, as plain values.

    Args:
        journals: of all prepared sets of a folder.

    Returns:
        ``sets`` (their files with counts and faults, what was refused, is missing, or was not mapped), ``pairs`` of
        identical recordings, ``totals``, ``actions`` (what is done about each fault), ``peak_memory_mb`` of this process.
    """
    entries = [entry for journal in journals for entry in journal.files.values() if not entry.left_out]
    found = pairs(journals)
    totals = {
        "recordings": len(entries),
        "rows": sum(entry.rows for entry in entries),
        "attack_rows": sum(entry.attack_rows for entry in entries),
        "left_out": sum(bool(entry.left_out) for journal in journals for entry in journal.files.values()),
        "refused": sum(len(journal.refused) for journal in journals),
        "identical_pairs": len(found),
        "identical_pairs_across_sets": sum(pair.across_sets for pair in found),
        "identical_pairs_train_against_test": sum(pair.train_against_test for pair in found),
    }
    sets = {journal.name: asdict(journal) for journal in journals}
    known = {"sets": sets, "pairs": [asdict(pair) for pair in found], "totals": totals, "actions": ACTIONS}
    return {**known, "peak_memory_mb": peak_memory_mb()}


def write_report(folder: Path, content: dict) -> Path:
    """Write ``report.json`` into a folder, in one step; its path."""
    return write_whole(folder / REPORT, (json.dumps(content, indent=1) + "\n").encode())


def file_lines(journal: Journal) -> list[tuple[str, str, str, str]]:
    """A row of the printed table for each recording: name, rows, attack rows, what was found."""
    shared = Counter(int(entry.first_s) for entry in journal.files.values() if not entry.left_out)
    return [
        (target, f"{entry.rows:,}", f"{entry.attack_rows:,}" if entry.labelled else "unlabelled", _found(entry))
        for target, entry in sorted(journal.files.items())
    ] + _epochs(shared)


def _found(entry: Entry) -> str:
    counts = [_count(name, value) for name, value in entry.faults.items() if name != "unlabelled"]
    return "; ".join(([f"LEFT OUT, {entry.left_out}"] if entry.left_out else []) + counts)


def _count(name: str, value: float | str) -> str:
    words = name.removesuffix("_s").replace("_", " ")
    if name in FLAGS:
        return words
    if name.endswith("_s"):
        return f"{words} {value:g} s"
    return f"{words}: {value}" if isinstance(value, str) else f"{words} {value:,}"


def _epochs(shared: Counter) -> list[tuple[str, str, str, str]]:
    second, files = max(shared.items(), key=lambda item: item[1], default=(0, 0))
    if files < 2:
        return []
    return [
        ("(all)", "", "", f"{files} recordings begin at second {second}: sessions share an epoch, never sort across")
    ]


def pair_lines(found: list[Pair]) -> list[str]:
    """What to say of identical recordings."""
    if not found:
        return []
    across = [pair for pair in found if pair.across_sets]
    against = [pair for pair in found if pair.train_against_test]
    head = (
        f"{len(found)} pairs of recordings hold the same frames, {len(across)} of them across sets, "
        f"{len(against)} train against test. Never pool sets: each is trained and tested alone."
    )
    lines = [f"  {pair.one} = {pair.other}{_kind(pair)}" for pair in found]
    return [head, *lines]


def _kind(pair: Pair) -> str:
    words = (["train against test"] if pair.train_against_test else []) + ([] if pair.same_labels else ["other labels"])
    return f" ({', '.join(words)})" if words else ""


def peak_memory_mb() -> int:
    """The most memory that this process has held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3))
