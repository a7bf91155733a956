"""Features of every picture of a data set, computed once by an encoder and read from a memory-mapped file.

A file ``NAME.npy`` holds (N, ...) float32 or float16; ``NAME.npy.json`` beside it holds what it belongs to and checksums, and is
written last: without it the file is not there.
"""

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor

from .errors import SketchError

_BLOCK = 64  # rows a checksum


class PictureSet(Protocol):
    """What features are computed of."""

    def __len__(self) -> int: ...

    def __getitems__(self, indices: list[int]) -> dict: ...

    def digest(self) -> str: ...


class Features:
    """Features in a file, read by index.

    Args:
        array: (N, ...), memory-mapped.
        encoder: what computed them.
    """

    def __init__(self, array: np.ndarray, encoder: str) -> None:
        self.array, self.encoder = array, encoder

    def __getitem__(self, index: Tensor) -> Tensor:
        """(B, ...) float32."""
        return torch.from_numpy(np.asarray(self.array[index.numpy()], np.float32))


def write_features(
    dataset: PictureSet, encoder_fn: Callable[[Tensor], Tensor], path: str | Path, encoder: str,
    dtype: Literal["float32", "float16"] = "float32", progress: Callable[[int, int], None] | None = None,
) -> Path:  # fmt: skip
    """Compute the features of every sample; started again after an interruption, go on where it stopped.

    Args:
        dataset: gives ``image`` (B, 3, H, W).
        encoder_fn: images (B, 3, H, W) in [0, 1] -> features (B, ...), the same shape for every batch.
        path: ends in ``.npy``; a finished file of the same data and encoder is kept.
        encoder: names the encoder and its weights; it is compared when the file is read or resumed.
        dtype: on the disk.
        progress: called with rows done and rows in all.

    Returns:
        the path.

    Raises:
        SketchError: another ending, a data set without pictures, features that are not finite or change their shape, or a
            finished file of other data or another encoder in the way.
    """
    path = _named(path)
    identity = {"dataset": dataset.digest(), "rows": len(dataset), "encoder": encoder, "dtype": dtype}
    if _facts_path(path).exists():
        _check_identity(path, _facts(path), identity)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    partial, state = path.with_name(f".{path.name}.partial"), path.with_name(f".{path.name}.partial.json")
    sums = _resumable(partial, state, identity)
    array = np.load(partial, mmap_mode="r+", allow_pickle=False) if sums else None
    for start in range(len(sums) * _BLOCK, len(dataset), _BLOCK):
        rows = _encoded(dataset, encoder_fn, range(start, min(start + _BLOCK, len(dataset))), path).astype(dtype)
        if array is None:
            shape = (len(dataset), *rows.shape[1:])
            array = np.lib.format.open_memmap(partial, "w+", np.dtype(dtype), shape)
        if rows.shape[1:] != array.shape[1:]:
            got = f"features of shape {rows.shape[1:]} from row {start}"
            raise SketchError(path, got, str(array.shape[1:]), "The encoder must not depend on the batch.")
        array[start : start + len(rows)] = rows
        array.flush()
        sums.append(zlib.crc32(rows.tobytes()))
        _write_json(state, {**identity, "checksums": sums})
        if progress is not None:
            progress(min(start + _BLOCK, len(dataset)), len(dataset))
    del array
    os.replace(partial, path)
    _write_json(_facts_path(path), {**identity, "checksums": sums})
    state.unlink(missing_ok=True)
    return path


def read_features(path: str | Path, digest: str, encoder: str | None = None, verify: bool = True) -> Features:
    """Open a file of ``write_features``.

    Args:
        path: ends in ``.npy``.
        digest: of the data set it must belong to.
        encoder: the encoder it must come from; None takes any.
        verify: whether to compare every row with its checksum.

    Raises:
        SketchError: no finished file, other data, another encoder, or a damaged file.
    """
    path = _named(path)
    if not _facts_path(path).exists():
        remedy = "Write it with datasets.sketch.write_features."
        raise SketchError(path, "no finished file of features", f"it and {path.name}.json", remedy)
    facts = _facts(path)
    _check_identity(path, facts, {"dataset": digest, **({} if encoder is None else {"encoder": encoder})})
    again = "Remove it and write it again."
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        sound = array.dtype == facts["dtype"] and len(array) == facts["rows"] and _is_sound(array, facts, verify)
        origin = str(facts["encoder"])
    except Exception as error:  # NumPy evaluates the header, and hostile text fails there in many ways
        raise SketchError(path, f"a damaged file ({error})", "whole features", again) from error
    if not sound:
        raise SketchError(path, "rows that differ from their checksums", "whole features", again)
    return Features(array, origin)


def _is_sound(array: np.ndarray, facts: dict, verify: bool) -> bool:
    sums = facts["checksums"]
    if len(sums) != -(-len(array) // _BLOCK):
        return False
    return not verify or all(
        zlib.crc32(array[number * _BLOCK : (number + 1) * _BLOCK].tobytes()) == known
        for number, known in enumerate(sums)
    )


def _named(path: str | Path) -> Path:
    if not str(path).endswith(".npy"):
        raise SketchError("features", f"the path {path}", "one that ends in .npy", "Rename it.")
    return Path(path)


def _encoded(dataset: PictureSet, encoder_fn: Callable[[Tensor], Tensor], rows: range, path: Path) -> np.ndarray:
    batch = dataset.__getitems__(list(rows))
    if "image" not in batch:
        raise SketchError(path, "a data set without pictures", "batches with image", "Give it an image_size.")
    with torch.no_grad():
        found = encoder_fn(batch["image"]).float().cpu().numpy()
    if len(found) != len(rows) or not np.isfinite(found).all():
        got = f"{len(found)} rows of features for {len(rows)} pictures, or values that are not finite"
        raise SketchError(path, got, "a finite row a picture", "Check the encoder.")
    return found


def _resumable(partial: Path, state: Path, identity: dict) -> list[int]:
    """The checksums of an interrupted file of the same data and encoder; none where it has to begin anew."""
    try:
        found = json.loads(state.read_text(encoding="utf-8"))
        array = np.load(partial, mmap_mode="r", allow_pickle=False)
        sums = found.pop("checksums")
        whole = [zlib.crc32(array[n * _BLOCK : (n + 1) * _BLOCK].tobytes()) == known for n, known in enumerate(sums)]
        return sums if found == identity and all(whole) else []
    except Exception:  # whatever is wrong with what was left there, it begins anew
        return []


def _facts_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _facts(path: Path) -> dict:
    try:
        return dict(json.loads(_facts_path(path).read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        remedy = "Remove it and write the features again."
        raise SketchError(_facts_path(path), f"damaged facts ({error})", "JSON", remedy) from error


def _check_identity(path: Path, facts: dict, wanted: dict) -> None:
    for name, value in wanted.items():
        if facts.get(name) != value:
            got, expected = f"features of {name} {facts.get(name)!r}", repr(value)
            raise SketchError(path, got, expected, "Write features for this data set to another file.")


def _write_json(path: Path, content: dict) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    os.replace(temporary, path)
