"""The photos inside ControlSketch files, as a folder of pictures without labels or sketches."""

from collections.abc import Sequence
from pathlib import Path

from ..replacing import replacing
from .archive import Archive
from .sample import read_jpeg


def write_photos(files: Sequence[Path], folder: Path) -> int:
    """Write each file's JPEG, unchanged, as ``folder/NAME.jpg``; those that are there are kept.

    Args:
        files: ControlSketch files of different names.
        folder: made where it is missing.

    Returns:
        how many were written.

    Raises:
        SketchError: a file without a picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [file for file in files if not _target(file, folder).exists()]
    for file in missing:
        with Archive(file) as archive, replacing(_target(file, folder)) as temporary:
            temporary.write_bytes(read_jpeg(archive))
    return len(missing)


def _target(file: Path, folder: Path) -> Path:
    return folder / f"{file.stem}.jpg"
