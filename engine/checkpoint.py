"""Checkpoints: plain content, written whole or not at all, verified, and read without running code."""

import contextlib
import errno
import os
import pickle
import re
import zipfile
from pathlib import Path

import torch
from torch import nn

from ..datasets.errors import printable
from .errors import CheckpointError

FORMAT = "stillhouse"
VERSION = 1
POINTER = "last_checkpoint"
LONGEST = 200  # letters of what a library says of a file
_NAME = 255  # bytes of a file's name
# What keeps a file from being read, whole as it may be.
_CLOSED = (errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ETIMEDOUT)
_SAVED = re.compile(r"iter_[0-9]{1,18}\.pth")


def write_checkpoint(content: dict, path: Path) -> None:
    """Write ``content`` to a temporary file, flush it to disk, read it back, and rename it to ``path``.

    Raises:
        CheckpointError: the disk is full or not writable; what stood at ``path`` before is still there.
        MemoryError: no memory to check what was written; likewise.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            torch.save({"format": FORMAT, "version": VERSION, **content}, file)
            file.flush()
            os.fsync(file.fileno())
        _verify(temporary)
        torch.load(temporary, map_location="cpu", weights_only=True, mmap=True)
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path}: not written, its content is more than plain tensors and numbers: {error}"
        ) from error
    except (OSError, RuntimeError, CheckpointError) as error:
        _refuse_without_memory(path, error)
        raise CheckpointError(
            f"{path}: could not be written ({error}). Earlier checkpoints are untouched; "
            "make room or choose another --work-dir, then go on with --resume."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    """Replace a small text file in one step.

    Raises:
        OSError: it cannot be written; names it, and what stood there before is still there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def read_checkpoint(path: str | Path, trust: bool = False) -> dict:
    """The content of a checkpoint, on the CPU.

    Args:
        path: the file.
        trust: allow a file that needs pickle, which can run any code. Only for files of your own.

    Raises:
        CheckpointError: missing, damaged, needing pickle without ``trust``, or not one of ours.
        MemoryError: no memory to read it.
        OSError: it may not be opened.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{path}: no such checkpoint")
    try:
        _verify(path)
        content = torch.load(path, map_location="cpu", weights_only=not trust)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path}: holds more than plain tensors and numbers, so reading it could run code. "
            "If the file is your own, pass --trust-checkpoint."
        ) from error
    except CheckpointError:
        raise
    except Exception as error:  # forged instructions end in any exception
        _refuse_without_reading(path, error)
        raise CheckpointError(
            f"{path}: is damaged ({printable(error, LONGEST)}). Resume from an earlier file of the same folder."
        ) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path}: is not a Stillhouse checkpoint (expected a dict with format={FORMAT!r})")
    version = content.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise CheckpointError(
            f"{path}: has format version {printable(repr(version), 40)}, this installation reads up to {VERSION}"
        )
    return content


def _verify(path: Path) -> None:
    """Check the checksum of every record of the archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except Exception as error:  # damaged names and lengths make zipfile raise almost anything
        _refuse_without_reading(path, error)
        raise CheckpointError(f"{path}: is damaged or not a checkpoint ({printable(error, LONGEST)})") from error
    if bad is not None:
        raise CheckpointError(f"{path}: is damaged (checksum of {printable(bad, LONGEST)})")


def _refuse_without_reading(path: Path, error: Exception) -> None:
    """A file that could not be looked into is not damaged, and the one before it is no remedy."""
    _refuse_without_memory(path, error)
    number = getattr(error, "errno", None)
    if number in _CLOSED:
        raise OSError(number, os.strerror(number), str(path)) from error


def _refuse_without_memory(path: Path, error: Exception) -> None:
    short = isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM
    if short or "allocate memory" in str(error):
        raise MemoryError(f"{path}: {error}") from error


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def point_to(path: Path) -> None:
    """Make ``path`` the newest checkpoint of its folder."""
    write_text(path.name + "\n", path.parent / POINTER)


def iteration_of(path: Path) -> int:
    """The iteration in the name of an ``iter_N.pth`` file."""
    return int(path.stem.split("_")[1])


def saved(folder: Path) -> list[Path]:
    """The ``iter_N.pth`` files of a folder, newest first."""
    found = [path for path in folder.glob("iter_*.pth") if _SAVED.fullmatch(path.name)]
    return sorted(found, key=iteration_of, reverse=True)


def keep_newest(folder: Path, count: int) -> None:
    """Remove all but the newest ``iter_N.pth`` files, by age and not by number: after a resume from an earlier file, later ones
    belong to an abandoned branch."""
    by_age = sorted(saved(folder), key=lambda path: (path.stat().st_mtime_ns, iteration_of(path)))
    for path in by_age[:-count]:
        path.unlink()


def newest_readable(folder: Path, warn) -> tuple[Path, dict] | None:
    """The newest checkpoint that can be read, with its content; damaged ones are skipped with a warning.

    Raises:
        CheckpointError: checkpoints are there, but none can be read.
        OSError: one may not be opened; which is the newest that can be read is then unknown.
    """
    candidates = saved(folder)
    named = pointed_at(folder)
    candidates.sort(key=lambda path: path != named)
    for path in candidates:
        try:
            return path, read_checkpoint(path)
        except CheckpointError as error:
            warn(f"{error} Trying the one before.")
    if candidates:
        raise CheckpointError(
            f"{folder}: none of its {len(candidates)} checkpoints can be read. Begin anew with --restart; "
            "they are kept beside the new run."
        )
    return None


def chosen(folder: Path) -> Path | None:
    """The checkpoint that stands for a run: the best by its metric, else the newest."""
    best = sorted(folder.glob("best_*.pth"), key=lambda path: path.stat().st_mtime)
    if best:
        return best[-1]
    return pointed_at(folder) or next(iter(saved(folder)), None)


def pointed_at(folder: Path) -> Path | None:
    """The file that ``last_checkpoint`` names, where it is one of this very folder."""
    pointer = folder / POINTER
    name = pointer.read_bytes()[: 2 * _NAME].decode("utf-8", "replace").strip() if pointer.is_file() else ""
    plain = name.isprintable() and Path(name).name == name and len(os.fsencode(name)) <= _NAME
    return folder / name if plain and (folder / name).is_file() else None


def network_state(content: dict) -> dict:
    """The network's part of a checkpoint's weights, averaged where there is an average."""
    raw, averaged = content.get("state_dict"), content.get("ema")
    if not isinstance(raw, dict) or "published" in content:
        return raw if isinstance(raw, dict) else {}
    state = averaged if isinstance(averaged, dict) and averaged else raw
    return {key.removeprefix("network."): value for key, value in state.items() if str(key).startswith("network.")}


def load_strictly(module: nn.Module, state: dict, what: str) -> None:
    """Load ``state`` into ``module``, every key and shape agreeing.

    Raises:
        CheckpointError: the state is of another network; lists what is missing, unexpected or of another shape.
    """
    own = module.state_dict()
    if not isinstance(state, dict) or not all(isinstance(one, torch.Tensor) for one in state.values()):
        raise CheckpointError(f"{what}: its weights are no dict of tensors. Take another checkpoint.")
    missing = sorted(own.keys() - state.keys())
    unexpected = sorted(map(str, state.keys() - own.keys()))
    shapes = [
        f"{key} is {tuple(state[key].shape)}, expected {tuple(own[key].shape)}"
        for key in own.keys() & state.keys()
        if state[key].shape != own[key].shape
    ]
    problems = [f"missing {_some(missing)}"] * bool(missing) + [f"unexpected {_some(unexpected)}"] * bool(unexpected)
    problems += [f"of another shape: {_some(sorted(shapes))}"] * bool(shapes)
    if problems:
        raise CheckpointError(f"{what} is of another network than {type(module).__name__}: {'; '.join(problems)}")
    if any(hasattr(value, "device_mesh") for value in own.values()):
        from .sharding import spread  # a second of imports, for cut tensors alone

        state = spread(state, own)
    module.load_state_dict(state)


def _some(items: list[str], most: int = 3) -> str:
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(printable(item, LONGEST) for item in items[:most]) + more
