"""A data root of derived attacks: the training recordings of another root, and test recordings made from its own."""

import os
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..replacing import replacing
from .derivation import DERIVATIONS, derive
from .layout import Recording, discover
from .preparation.writing import HEADER, to_rows
from .reading import read_frames


@dataclass(frozen=True)
class Job:
    """One file to write.

    Args:
        recording: to derive from.
        kind: a name of ``DERIVATIONS``.
    """

    recording: Recording
    kind: str

    @property
    def target(self) -> str:
        """Where it stands below the new root."""
        return f"{DERIVATIONS[self.kind].folder}/{self.kind}-of-{self.recording.name}.csv"


def jobs(root: Path) -> list[Job]:
    """Every test recording and every kind that can be derived from its attack.

    Raises:
        CANFormatError: no data root.
    """
    tests = [recording for recording in discover(root) if not recording.is_train]
    return [
        Job(recording, kind)
        for kind, derivation in DERIVATIONS.items()
        for recording in tests
        if derivation.split in recording.split and any(word in recording.name.lower() for word in derivation.sources)
    ]


def link_training(root: Path, out: Path) -> int:
    """The training recordings under the same names, as hard links or, across file systems, copies; returns their number."""
    training = [recording for recording in discover(root) if recording.is_train]
    for recording in training:
        target = out / recording.path.relative_to(root)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(recording.path, target)
        except OSError:
            with replacing(target) as temporary:
                shutil.copyfile(recording.path, temporary)
    return len(training)


def write(job: Job, out: Path, seed: int) -> tuple[Path, int, int]:
    """Write one file, unless it is there; returns its path, its attack frames and all its frames.

    Raises:
        CANFormatError: the recording cannot be read, or nothing of the attack is left.
    """
    path = out / job.target
    if not path.exists():
        frames = derive(read_frames(job.recording.path), job.kind, seed + zlib.crc32(job.target.encode()))
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(HEADER + to_rows(frames))
    frames = read_frames(path)
    return path, int(frames.attack.sum()), len(frames)
