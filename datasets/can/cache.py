"""Arrays and facts in a folder: ``NAME.npy`` files, memory-mapped when read, and ``facts.json`` with checksums; no pickle."""

import json
import os
import shutil
import tempfile
import warnings
import zlib
from pathlib import Path

import numpy as np

from .errors import CANDataWarning

_FACTS = "facts.json"


def write(folder: Path, arrays: dict[str, np.ndarray], facts: dict) -> None:
    """Write to a temporary folder beside and rename, so that no reader meets half a cache.

    Args:
        folder: where to; an unreadable one is replaced, and one that another process has just finished is kept.
        arrays: by name.
        facts: plain values.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)
        shapes = {name: list(array.shape) for name, array in arrays.items()}
        sums = {name: _sum_of(array) for name, array in arrays.items()}
        content = {
            "shapes": shapes,
            "facts": facts,
            "checksums": sums,
            "checksum": zlib.crc32(json.dumps(facts).encode()),
        }
        (temporary / _FACTS).write_text(json.dumps(content), encoding="utf-8")
        _rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _rename(temporary: Path, folder: Path) -> None:
    try:
        os.replace(temporary, folder)
    except OSError:
        if _load_or_none(folder) is None:
            shutil.rmtree(folder)
            os.replace(temporary, folder)


def read(folder: Path) -> tuple[dict[str, np.ndarray], dict] | None:
    """Read a cache.

    Args:
        folder: where from.

    Returns:
        the arrays, read-only, and the facts; None where there is no cache, or, with a warning, where it is damaged.
    """
    if not folder.exists():
        return None
    found = _load_or_none(folder)
    if found is None:
        note = f"{folder}: the cache is damaged or of an earlier version; it is built again."
        warnings.warn(note, CANDataWarning, stacklevel=3)
    return found


def _load_or_none(folder: Path) -> tuple[dict[str, np.ndarray], dict] | None:
    try:
        content = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        shapes, facts = content["shapes"], content["facts"]
        if not isinstance(facts, dict) or not all(Path(name).name == name for name in shapes):
            return None
        arrays = {name: _load(folder / f"{name}.npy", tuple(shape)) for name, shape in shapes.items()}
        sums = {name: _sum_of(array) for name, array in arrays.items()}
        whole = sums == content["checksums"] and zlib.crc32(json.dumps(facts).encode()) == content["checksum"]
        return (arrays, facts) if whole else None
    except MemoryError:
        raise
    except Exception:  # NumPy evaluates the headers, and damaged text fails there in many ways
        return None


def _load(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    array = np.load(path, mmap_mode="r" if 0 not in shape else None, allow_pickle=False)
    if array.shape != shape:
        raise ValueError(f"{path}: got shape {array.shape}, expected {shape}")
    return array.view(np.ndarray)


def _sum_of(array: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
