"""Any recording to ``Frames``: the format is told by the suffix and by the first line."""

import warnings
from collections.abc import Callable
from pathlib import Path

from .errors import CANDataWarning, CANFormatError
from .formats import can_train_and_test, crysys, hcrl_ch, hcrl_sa, parquet, python_can
from .frames import Frames

SUFFIXES = (".csv", ".txt", ".parquet", *python_can.SUFFIXES)


def read_frames(path: str | Path) -> Frames:
    """Read a recording, in the order of the file.

    Args:
        path: .csv (can-train-and-test, HCRL Car-Hacking), .txt (HCRL), .parquet, or what python-can opens.

    Returns:
        the frames; ``label`` is None where the format has none.

    Raises:
        CANFormatError: no such file, an unknown suffix, or what the format's reader finds.
    """
    path = Path(path)
    if not path.is_file():
        remedy = f"Check the path; the current folder is {Path.cwd()}."
        raise CANFormatError(path, "no such file", "a recording", remedy)
    frames = reader_of(path)(path)
    _report(frames)
    return frames


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
        return crysys.read if suffix == ".log" and _has_flags(path) else python_can.read
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
