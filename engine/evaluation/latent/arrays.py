"""Latents from a file, to be judged without a model."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

PREFIX = "seed_"
CHANNELS, SIZE = 6, 32


def read_latents(path: str | Path) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file, one a seed.

    Args:
        path: holds arrays ``seed_*``, each (evaluations, sentences, 6, 32, 32) float32 in the order of training.

    Returns:
        ``seed NAME`` -> array, in the order of the file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not such a file, or an array of another name, type or shape, or one that is not finite.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; expected an .npz with arrays {PREFIX}0, {PREFIX}1, ...")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path}: cannot be read as an .npz of plain arrays ({error}).") from error
    if not arrays:
        raise ValueError(f"{path}: holds no array, expected {PREFIX}0, {PREFIX}1, ...")
    for name, array in arrays.items():
        _check(path, name, array)
    return {f"seed {name.removeprefix(PREFIX)}": array for name, array in arrays.items()}


def _check(path: Path, name: str, array: np.ndarray) -> None:
    if not name.startswith(PREFIX) or name == PREFIX:
        raise ValueError(f"{path}: holds an array {name!r}, expected names such as {PREFIX}0. Rename it.")
    if array.dtype != np.float32:
        raise ValueError(
            f"{path}: {name} is of type {array.dtype}, expected float32. Save it with .astype(np.float32)."
        )
    if array.ndim != 5 or array.shape[2:] != (CHANNELS, SIZE, SIZE) or array.shape[0] < 1 or array.shape[1] < 2:
        raise ValueError(
            f"{path}: {name} has the shape {array.shape}, expected (evaluations, sentences, {CHANNELS}, {SIZE}, {SIZE}) "
            "with at least one evaluation and two sentences."
        )
    broken = ~np.isfinite(array).all((-2, -1))
    if broken.any():
        evaluation, sentence, channel = np.argwhere(broken)[0]
        raise ValueError(
            f"{path}: {name} holds NaN or infinity, first in evaluation {evaluation}, sentence {sentence}, channel "
            f"{channel}. Training has diverged: lower the learning rate, or go back to an earlier checkpoint."
        )
