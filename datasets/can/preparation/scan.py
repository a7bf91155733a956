"""What the bytes of a raw file say before it is parsed: its digest, its lines, and what stands at their ends."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TEXT = (".csv", ".txt", ".log")
_BLOCK = 1 << 22
_TAB_AT_END = re.compile(rb"\t[ \t]*\r?\n")
_REMOTE = re.compile(rb"^Timestamp:\s+\S+\s+ID:\s+\w+\s+1[01]{2}\s", re.MULTILINE)
_ERROR = re.compile(rb"^Timestamp:\s+\S+\s+ID:\s+\w+\s+[01]{2}1\s", re.MULTILINE)


@dataclass
class Scan:
    """A raw file's bytes.

    Args:
        size: in bytes.
        sha256: of its content.
        lines: an unfinished last one among them; 0 for a binary file.
        trailing_tabs: lines that end in a tab.
        carriage_returns: lines that end in a carriage return.
        remote_frames: lines of HCRL's normal run whose first flag is set.
        error_frames: lines of HCRL's normal run whose last flag is set.
        unfinished: 1 where the last line has no line feed.
    """

    size: int = 0
    sha256: str = ""
    lines: int = 0
    trailing_tabs: int = 0
    carriage_returns: int = 0
    remote_frames: int = 0
    error_frames: int = 0
    unfinished: int = 0

    def add(self, whole: bytes) -> None:
        """Count in some whole lines."""
        self.lines += whole.count(b"\n")
        self.trailing_tabs += len(_TAB_AT_END.findall(whole))
        self.carriage_returns += whole.count(b"\r\n")
        if whole.startswith(b"Timestamp:"):
            self.remote_frames += len(_REMOTE.findall(whole))
            self.error_frames += len(_ERROR.findall(whole))


def scan(path: Path) -> Scan:
    """Read a file once.

    Args:
        path: a raw recording.

    Returns:
        what its bytes say.
    """
    found, total = Scan(), hashlib.sha256()
    rest, is_text = b"", path.suffix.lower() in TEXT
    for block in blocks(path):
        total.update(block)
        found.size += len(block)
        if is_text:
            whole, newline, rest = (rest + block).rpartition(b"\n")
            found.add(whole + newline)
    if rest:
        found.add(rest + b"\n")
        found.unfinished = 1
    found.sha256 = total.hexdigest()
    return found


def blocks(path: Path) -> Iterator[bytes]:
    """A file's bytes, a few megabytes at a time."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
