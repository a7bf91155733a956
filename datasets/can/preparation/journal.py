"""What is known of a prepared set, in one file beside its recordings, so that a killed preparation goes on."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ...replacing import write_whole
from ..errors import CANFormatError

JOURNAL = "preparation.json"
# Raise it when the same raw file gives another recording, so that what is there is made again.
VERSION = 1
_LOCK = ".lock"


@dataclass
class Entry:
    """One recording.

    Args:
        raw: the raw file below the raw set's folder.
        raw_bytes: its size.
        raw_mtime_ns: when it was last written.
        raw_sha256: of its content.
        part: shares of its rows at which the recording begins and ends.
        salvage: whether malformed rows were left out.
        version: of the preparation.
        rows: frames.
        attack_rows: frames labelled 1.
        labelled: whether it has the column ``attack``.
        first_s: the first timestamp, seconds.
        last_s: the last one.
        bytes: size of the recording.
        sha256: of its bytes.
        frames_sha256: of its frames without labels.
        labels_sha256: of its labels, "" without.
        faults: what was found in it, by name.
        left_out: why it is not there, "" if it is.
    """

    raw: str
    raw_bytes: int
    raw_mtime_ns: int
    raw_sha256: str
    part: list[float]
    salvage: bool
    version: int
    rows: int
    attack_rows: int
    labelled: bool
    first_s: float
    last_s: float
    bytes: int
    sha256: str
    frames_sha256: str
    labels_sha256: str
    faults: dict[str, float | str] = field(default_factory=dict)
    left_out: str = ""


@dataclass
class Journal:
    """One prepared set.

    Args:
        name: of the set.
        layout: of the raw files.
        files: by target, ``SPLIT/NAME.csv``.
        refused: targets that could not be made, with the reason.
        missing: see ``RawSet``.
        unmapped: see ``RawSet``.
        complete: whether every recording has been dealt with.
    """

    name: str
    layout: str
    files: dict[str, Entry] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    complete: bool = False

    def write(self, folder: Path) -> None:
        """Replace the file in one step."""
        write_whole(folder / JOURNAL, (json.dumps(asdict(self), indent=1) + "\n").encode())


def read_journal(folder: Path) -> Journal | None:
    """The journal of a set's folder.

    Args:
        folder: of a prepared set.

    Returns:
        the journal, None where there is none.

    Raises:
        CANFormatError: it cannot be read.
    """
    path = folder / JOURNAL
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = {target: Entry(**entry) for target, entry in content.pop("files").items()}
        return Journal(files=files, **content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        remedy = "Remove it: the set is then prepared again."
        raise CANFormatError(path, f"a damaged file ({error})", "the journal of a preparation", remedy) from error


def own_journal(folder: Path, name: str, layout: str) -> Journal:
    """The journal to go on with, a new one in an empty folder.

    Args:
        folder: of the prepared set.
        name: of the set.
        layout: of the raw files.

    Returns:
        the journal.

    Raises:
        CANFormatError: the folder holds something else.
    """
    found = read_journal(folder)
    if found is None:
        if any(path.name != _LOCK for path in folder.iterdir()):
            remedy = "Choose an empty folder with --out; recordings from elsewhere are never mixed with prepared ones."
            raise CANFormatError(folder, f"files, but no {JOURNAL}", "an empty or a prepared folder", remedy)
        return Journal(name, layout)
    if found.name != name:
        remedy = "Choose another folder with --out."
        raise CANFormatError(folder, f"the prepared set {found.name}", f"{name}, or an empty folder", remedy)
    found.layout = layout
    return found


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a set's folder, made if it is not there, and remove what a killed process left half written.

    Raises:
        CANFormatError: another process prepares there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            remedy = "Wait for it, or stop it."
            raise CANFormatError(folder, "another process at work there", "one at a time", remedy) from error
        for leftover in [*folder.glob("*/.*.csv"), *folder.glob("*/.*.bare"), *folder.glob(".*.json")]:
            leftover.unlink(missing_ok=True)
        yield
