"""Files that survive a kill and a power cut: replaced in one step, and one writer at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..replacing import replacing, sync_folder
from .errors import SceneError

PATIENCE_S = 30.0
_PAUSE_S = 0.01


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file in one step; after a kill or a power cut it has its old content or the new one.

    Args:
        path: of the file, made where it is missing, with its folder.
        content: all of it.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


@contextmanager
def locked(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Keep other processes and threads that ask for the same lock out until the end of the block.

    The lock belongs to an open file beside ``path``, so that it ends with its process however that ends.

    Args:
        path: of what is to be written.
        patience_s: how long another writer is waited for.

    Raises:
        SceneError: another writer did not finish in time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a") as file:
        end = time.monotonic() + patience_s
        while not _taken(file.fileno()):
            if time.monotonic() > end:
                got = f"a lock that another process has held for {patience_s:g} s"
                raise SceneError(path, got, "a file that nobody writes", "Wait for the other process, or end it.")
            time.sleep(_PAUSE_S)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
