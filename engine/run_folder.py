"""A run's folder: one run at a time in it, and nothing in it overwritten by accident."""

import fcntl
import itertools
import json
import os
import socket
import time
from pathlib import Path

from .checkpoint import saved, write_text
from .errors import RunFolderError
from .json_file import read_json

LOCK = ".lock"
RESULT = "result.json"


class RunFolder:
    """Locks a work directory for as long as the process lives.

    Args:
        path: the work directory, created where it is missing.

    Raises:
        RunFolderError: it cannot be written, or another run holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = open(path / LOCK, "a+")  # noqa: SIM115
        except OSError as error:
            raise RunFolderError(
                f"{path}: cannot be written ({error.strerror}). Choose another with --work-dir."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "another process"
            self._lock.close()
            raise RunFolderError(
                f"{path}: is in use by {holder}. Wait for it, stop it, or choose another --work-dir."
            ) from error
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        self._lock.flush()
        # A lock lives as long as any process that inherited it; loader workers may outlive a killed run by seconds.
        os.register_at_fork(after_in_child=self._lock.close)
        for leftover in path.glob(".*.*.tmp"):
            leftover.unlink(missing_ok=True)

    def release(self) -> None:
        """Let another run have the folder."""
        self._lock.close()

    def refuse_to_overwrite(self) -> None:
        """Raise if the folder already holds a run's checkpoints."""
        if saved(self.path):
            raise RunFolderError(
                f"{self.path}: already holds a run. Go on with --resume, begin anew with --restart (the old run is kept "
                "beside it), or choose another --work-dir."
            )


def set_aside(path: Path) -> Path | None:
    """Rename a folder that holds a run, so that a new one can begin there; returns the new name.

    Raises:
        RunFolderError: a run is alive in it.
    """
    if not path.is_dir() or not saved(path):
        return None
    RunFolder(path).release()  # refuses while a run is alive there
    stem = f"{path.name}.{time.strftime('%Y%m%d-%H%M%S')}"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    path.rename(aside)
    return aside


def write_result(folder: Path, result: dict) -> Path:
    """Record how a finished run ended."""
    path = folder / RESULT
    write_text(json.dumps(result, indent=2) + "\n", path)
    return path


def forget_result(folder: Path) -> None:
    """A run that trains again has not finished."""
    (folder / RESULT).unlink(missing_ok=True)


def read_result(folder: Path) -> dict | None:
    """What a finished run recorded, or None.

    Raises:
        RunFolderError: it is damaged.
    """
    path = folder / RESULT
    return read_json(path, RunFolderError, "Remove it and go on with --resume.") if path.is_file() else None
