"""The known faults of the published files, and what is done about each."""

from pathlib import Path

from ..formats.salvage import Faults
from .facts import Facts
from .raw_set import Recipe
from .scan import Scan

# name -> what is done. MENDED changes what is written, KEPT leaves it as it is, NOTED needs no change.
ACTIONS = {
    "trailing_tabs": "mended: tabs at the end of lines are cut off (of the whole raw file)",
    "carriage_returns": "mended: lines end in a line feed alone (of the whole raw file)",
    "unfinished_last_line": "noted: the last line has no end; compare the size of the download",
    "remote_frames": "mended: remote frames get an empty payload, whatever their DLC says",
    "error_frames": "mended: error frames are left out",
    "steps_back": "kept: timestamps step back; frames stay in the order of the file and are never sorted",
    "largest_step_back_s": "kept: seconds",
    "empty_payloads": "kept: frames of DLC 0 with an empty data field",
    "flag_before_last_column": "mended: the flag R or T stands right behind fewer than 8 bytes and is read as the flag",
    "filled_labels": "mended: an attack-free file without labels is labelled 0",
    "unlabelled": "mended: a test without any attack row has no column attack, so it counts as unlabelled",
    "attacks_in_attack_free": "kept: rows labelled 1 in a recording that says it is attack-free",
    "no_attacks": "kept: not one attack row in a training split with attacks",
    "malformed_rows": "left out: rows that cannot be read",
    "first_malformed": "the first of them",
}
# Either so or not, rather than a number of rows.
FLAGS = ("unfinished_last_line", "no_attacks")


def faults_of(recipe: Recipe, found: Scan, facts: Facts, labelled: bool, malformed: Faults) -> dict[str, float | str]:
    """What was found in a recording, by the names of ``ACTIONS``.

    Args:
        recipe: what was made.
        found: what the raw bytes say.
        facts: what the frames say.
        labelled: whether the recording has labels.
        malformed: rows that were left out.

    Returns:
        counts of rows, seconds, and the first malformed row as text; nothing that is zero.
    """
    values = {
        "trailing_tabs": found.trailing_tabs,
        "carriage_returns": found.carriage_returns,
        "unfinished_last_line": found.unfinished,
        "remote_frames": found.remote_frames,
        "error_frames": found.error_frames,
        "steps_back": facts.steps_back,
        "largest_step_back_s": round(facts.largest_step_back_s, 6),
        "empty_payloads": facts.empty_payloads,
        "flag_before_last_column": 0 if facts.filled_labels or not _has_flags(recipe.raw) else facts.short_payloads,
        "filled_labels": facts.filled_labels,
        "unlabelled": 0 if labelled else facts.rows,
        "attacks_in_attack_free": facts.attack_rows if recipe.is_attack_free else 0,
        "no_attacks": int(recipe.is_train and not recipe.is_attack_free and not facts.attack_rows),
        "malformed_rows": malformed.count,
        "first_malformed": malformed.first,
    }
    return {name: value for name, value in values.items() if value}


def _has_flags(raw: Path) -> bool:
    """Whether it is a text of HCRL, whose first line ends in R or T."""
    if raw.suffix.lower() not in (".csv", ".txt"):
        return False
    with raw.open("rb") as file:
        return file.readline(200).split(b",")[-1].strip() in (b"R", b"T")
