"""A file of JSON lines that outlives a full disk: detection goes on, and what could not be written is written later."""

import contextlib
import errno
import json
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from .errors import DetectionError

BACKLOG, RETRY_S = 10_000, 1.0


class Record:
    """Appends entries to a file, each a whole line or nothing.

    Args:
        path: the file; what is there stays.
        say: told when writing fails, and when it goes on.
        backlog: lines to keep for later while it fails; the oldest are given up.
        retry_s: seconds between attempts.

    Attributes:
        lost: lines given up.

    Raises:
        DetectionError: the file cannot be opened.
    """

    def __init__(
        self, path: str | Path, say: Callable[[str], None], backlog: int = BACKLOG, retry_s: float = RETRY_S
    ) -> None:
        self.path = Path(path)
        self.lost = 0
        self._say, self._retry_s = say, retry_s
        self._waiting: deque[bytes] = deque()
        self._backlog = backlog
        self._failed_at: float | None = None
        self._late = 0
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            message = f"{path}: cannot be written ({error.strerror}); name another file with --out"
            raise DetectionError(message) from error
        self._mend_last_line()

    def write(self, entry: dict) -> None:
        """Append one entry, now or, while the disk is full, later."""
        self._waiting.append(json.dumps(entry, allow_nan=False).encode() + b"\n")
        if len(self._waiting) > self._backlog:
            self._waiting.popleft()
            self.lost += 1
        self.flush()

    def flush(self, insist: bool = False) -> None:
        """Write what waits; after a failure only once a while, unless ``insist``."""
        if self._failed_at is not None and not insist and time.monotonic() - self._failed_at < self._retry_s:
            return
        try:
            while self._waiting:
                self._append(self._waiting[0])
                self._waiting.popleft()
                self._late += self._failed_at is not None
        except OSError as error:
            self._fail(error)
            return
        if self._failed_at is not None:
            lost = f", {self.lost} lost" if self.lost else ""
            late, self._failed_at, self._late = self._late, None, 0
            self._say(f"{self.path}: is written again ({late} lines late{lost})")

    def close(self) -> None:
        """Write what waits, if that can be, and close the file."""
        self.flush(insist=True)
        self.lost += len(self._waiting)
        self._waiting.clear()
        os.close(self._file)

    def _append(self, line: bytes) -> None:
        written = os.write(self._file, line)
        if written < len(line):
            # The disk took a part: without it the file ends with a whole line.
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _fail(self, error: OSError) -> None:
        # Before it is told: a listener may write the very message here.
        first, self._failed_at = self._failed_at is None, time.monotonic()
        if first:
            self._say(
                f"{self.path}: cannot be written ({error.strerror}); detection goes on, the last {self._backlog} lines are "
                "kept and written when there is room"
            )

    def _mend_last_line(self) -> None:
        """End a line that a killed process left unfinished."""
        with contextlib.suppress(OSError):
            size = os.fstat(self._file).st_size
            if size and os.pread(self._file, 1, size - 1) != b"\n":
                self._append(b"\n")
