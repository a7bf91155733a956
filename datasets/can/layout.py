"""Which recordings a data root holds, and to which split each belongs.

Both layouts are known, also mixed: folders ``train_01_attack_free/NAME.csv`` and flat files
``train_01_attack_free__NAME.parquet``. Splits are called ``train_*`` and ``test_*``.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .errors import CANFormatError
from .reading import SUFFIXES

_SIDES = ("train_", "test_")
_ATTACK_FREE = ("attack_free", "attack-free")
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Recording:
    """One file of a data root.

    Args:
        path: the file.
        split: ``train_...`` or ``test_...``.
        name: the file's name without split and suffix.
    """

    path: Path
    split: str
    name: str

    @property
    def source(self) -> str:
        """``split/name``, the name used in reports."""
        return f"{self.split}/{self.name}"

    @property
    def is_train(self) -> bool:
        """Whether training and validation, rather than testing, take it."""
        return self.split.startswith("train_")

    @property
    def is_attack_free(self) -> bool:
        """Whether its split or its name says that it holds no attack."""
        return any(word in self.source.lower() for word in _ATTACK_FREE)

    def digest(self) -> str:
        """The SHA-256 of the file's bytes."""
        total = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                total.update(block)
        return total.hexdigest()


def discover(root: str | Path) -> list[Recording]:
    """Every recording below a data root, ordered by split and name.

    Args:
        root: the data root.

    Returns:
        at least one training recording, and any test recordings.

    Raises:
        CANFormatError: no such folder, no recording in it, or none to train on.
    """
    root = Path(root)
    remedy = "`make demo` writes a synthetic set; choose another with --cfg-options data_root=FOLDER."
    if not root.is_dir():
        raise CANFormatError(root.absolute(), "no such folder", "the root of a CAN data set", remedy)
    found = recordings_below(root)
    if not any(recording.is_train for recording in found):
        layout = "train_*/NAME.csv or train_*__NAME.parquet (any known suffix)"
        raise CANFormatError(root.absolute(), f"{len(found)} recordings, none to train on", layout, remedy)
    return found


def recordings_below(folder: Path) -> list[Recording]:
    """Every recording below a folder, whatever splits there are, training first, then by split and name."""
    found = [recording for entry in folder.iterdir() for recording in _recordings(entry)]
    return sorted(found, key=lambda recording: (not recording.is_train, recording.source))


def _recordings(entry: Path) -> list[Recording]:
    if not entry.name.startswith(_SIDES):
        return []
    if entry.is_dir():
        return [Recording(path, entry.name, path.stem) for path in entry.iterdir() if _is_recording(path)]
    split, parted, name = entry.stem.partition("__")
    return [Recording(entry, split, name)] if parted and _is_recording(entry) else []


def _is_recording(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
