"""Any recording to ``Frames``: the format is told by the suffix and by the first line."""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from .errors import CANDataWarning, CANFormatError
from .formats import can_train_and_test, candump, crysys, hcrl_ch, hcrl_sa, parquet, python_can
from .formats.salvage import Faults
from .frames import Frames

SUFFIXES = (".csv", ".txt", ".parquet", ".log", *python_can.SUFFIXES)
_BYTES_OF_A_LINE = 40


def read_frames(path: str | Path) -> Frames:
    """Read a recording, in the order of the file.

    Args:
        path: .csv (can-train-and-test, HCRL Car-Hacking), .txt (HCRL), .parquet, or what python-can opens.

    Returns:
        the frames; ``label`` is None where the format has none.

    Raises:
        CANFormatError: no such file, an unknown suffix, or what the format's reader finds.
    """
    path = _existing(path)
    frames = reader_of(path)(path)
    _report(frames)
    return frames


def iterate_frames(path: str | Path, chunk: int = 20_000, faults: Faults | None = None) -> Iterator[Frames]:
    """Read a recording a stretch at a time, in memory that does not grow with it.

    Args:
        path: see ``read_frames``.
        chunk: frames of a stretch, at most.
        faults: counts rows that cannot be read, which are left out; None raises for the first.

    Returns:
        stretches of frames, in the order of the file; together they are what ``read_frames`` gives.

    Raises:
        CANFormatError: see ``read_frames``; an empty recording gives no stretch instead.
    """
    path = _existing(path)
    for part in _iterator_of(path, chunk)(path, faults):
        for at in range(0, len(part), chunk):
            yield part[at : at + chunk]


def _existing(path: str | Path) -> Path:
    path = Path(path)
    if not path.is_file():
        remedy = f"Check the path; the current folder is {Path.cwd()}."
        raise CANFormatError(path, "no such file", "a recording", remedy)
    return path


def _iterator_of(path: Path, chunk: int) -> Callable[[Path, Faults | None], Iterator[Frames]]:
    read = reader_of(path)
    by_rows: dict[Callable, Callable] = {parquet.read: parquet.iterate, python_can.read: python_can.iterate}
    if read in by_rows:
        return partial(by_rows[read], chunk=chunk)
    by_lines = {one.read: one.iterate for one in (can_train_and_test, candump, crysys, hcrl_ch, hcrl_sa)}
    by_lines[hcrl_ch.read_normal_run] = hcrl_ch.iterate_normal_run
    return partial(by_lines[read], block_bytes=max(chunk * _BYTES_OF_A_LINE, 1 << 16))


def reader_of(path: Path) -> Callable[[Path], Frames]:
    """The reader for a file, by its suffix and its first line.

    Args:
        path: an existing file.

    Returns:
        a function from the path to frames.

    Raises:
        CANFormatError: an unknown suffix.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CANFormatError(path, f"suffix {suffix!r}", f"one of {', '.join(SUFFIXES)}", "Rename or export the file.")
    if suffix == ".parquet":
        return parquet.read
    if suffix in python_can.SUFFIXES:
        return python_can.read
    if suffix == ".log":
        return crysys.read if _has_flags(path) else candump.read
    first = _first_line(path)
    if first.startswith("timestamp:"):
        return hcrl_ch.read_normal_run
    if first[:1].isalpha():
        return can_train_and_test.read
    return hcrl_ch.read if suffix == ".csv" else hcrl_sa.read


def _has_flags(path: Path) -> bool:
    return _first_line(path).endswith(("true", "false"))


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        return file.readline(1000).decode("utf-8-sig", "replace").strip().lower()


def _report(frames: Frames) -> None:
    if back := frames.backward_steps():
        note = f"{frames.source}: {back} timestamps step back; frames stay in file order, such intervals count as zero."
        warnings.warn(note, CANDataWarning, stacklevel=3)
    if empty := int((frames.dlc == 0).sum()):
        note = f"{frames.source}: {empty} frames have an empty payload; they are kept with DLC 0."
        warnings.warn(note, CANDataWarning, stacklevel=3)
