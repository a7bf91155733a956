"""One line added to a file that several processes and threads add to, on the disk before the call returns."""

import errno
import fcntl
import os
from pathlib import Path

from ...replacing import sync_folder
from .files import make_folder, unwritable

# Closes a line that a kill or a power cut tore, so that readers can tell it from a damaged one.
TORN = b" #torn"


def append(path: Path, lines: bytes) -> None:
    """Add whole lines by one write, and sync.

    Args:
        path: of the file; made where it is missing, its folder too.
        lines: end with a newline.

    Raises:
        PreferenceError: no place to write; the file is then as long as before.
    """
    try:
        make_folder(path.parent)
        # A link must not lead the lines out of the root.
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            # Of this very descriptor, so that it keeps threads apart too; closing releases it.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _append_locked(descriptor, path, lines)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unwritable(path, error) from error


def _append_locked(descriptor: int, path: Path, lines: bytes) -> None:
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    content = TORN + b"\n" + lines if is_torn else lines
    try:
        if os.write(descriptor, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
        if size == 0:
            sync_folder(path.parent)
    except OSError:
        # What is not acknowledged must not count when the answer is given again.
        os.ftruncate(descriptor, size)
        raise
