"""Files of a store: named by their content, written whole and durably, read within a size and never outside the root."""

import contextlib
import os
import re
import stat
import uuid
from pathlib import Path

from ...replacing import sync_folder
from .errors import PreferenceError

NAME = re.compile(r"[a-z]{1,20}/[0-9a-f]{64}\.(npy|png|jpg)")
FORM = "FOLDER/SHA256.npy (.png, .jpg) below the root"
_FOREIGN = "The store names its files itself; do not edit records or place links by hand."


def check_name(name: object, where: object) -> str:
    """Refuse what is not the relative name of a file of a store, such as an absolute path or one with ``..``.

    Raises:
        PreferenceError: another form.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PreferenceError(where, f"{name!r:.100}", FORM, _FOREIGN)
    return name


def inside(root: Path, name: str) -> Path:
    """The file of a name, its links followed.

    Args:
        root: of the store.
        name: relative to it.

    Raises:
        PreferenceError: the name has another form, or a link leads out of the root.
    """
    check_name(name, root)
    found = Path(os.path.realpath(root / name))
    if not found.is_relative_to(os.path.realpath(root)):
        raise PreferenceError(root / name, f"a link to {found}", "a file below the root", _FOREIGN)
    return found


def read_bounded(root: Path, name: str, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes; nothing is read of a longer one.

    Raises:
        PreferenceError: missing, too long, no regular file, not readable, or outside the root.
    """
    path = inside(root, name)
    try:
        # Without O_NONBLOCK a pipe laid there would block for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        remedy = "Copy the whole folder of the store, or leave the record out with on_error='skip'."
        raise PreferenceError(path, f"a file that cannot be opened ({error.strerror})", "a file", remedy) from error
    with open(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise PreferenceError(path, "something that is no regular file", "a file", _FOREIGN)
        content = file.read(limit + 1) if facts.st_size <= limit else b""
    if facts.st_size > limit or len(content) > limit:
        raise PreferenceError(path, f"{max(facts.st_size, len(content))} bytes", f"at most {limit}", _FOREIGN)
    return content


def write_durably(root: Path, name: str, content: bytes) -> None:
    """Have a file on the disk with this content; one that already has it is kept.

    It is written under a temporary name, synced, renamed, and its folder synced: after a power cut it is whole or absent.

    Raises:
        PreferenceError: no place to write; nothing is left behind.
    """
    path = root / check_name(name, root)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        make_folder(path.parent)
        if not _holds(root, name, content):
            _write_synced(temporary, content)
            os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and sync what names it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def unwritable(path: Path, error: OSError) -> PreferenceError:
    """What to raise where the operating system refuses to write."""
    remedy = "Nothing was recorded: free space or choose a folder that can be written, then give the answer again."
    return PreferenceError(path, f"no place to write ({error.strerror or error})", "a writable file", remedy)


def _holds(root: Path, name: str, content: bytes) -> bool:
    try:
        return (root / name).exists() and read_bounded(root, name, len(content)) == content
    except PreferenceError:
        return False


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
