"""Latents from a file, to be judged without a model."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

PREFIX = "seed_"
CHANNELS, SIZE = 6, 32


def read_latents(path: str | Path) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file, one a seed.

    Args:
        path: holds arrays ``seed_*``, each (evaluations, sentences, 6, 32, 32) of real numbers in the order of
            training.

    Returns:
        ``seed NAME`` -> float32 array, in the order of the file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not such a file, or an array of another name, type or shape, or one that is not finite.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; expected an .npz with arrays {PREFIX}0, {PREFIX}1, ...")
    try:
        file = np.load(path, allow_pickle=False)
    except Exception as error:  # damaged bytes end in any exception: of numpy, of the zip file, or for lack of memory
        raise ValueError(f"{path}: cannot be read as an .npz of plain arrays ({_line(error)}).") from error
    if not isinstance(file, np.lib.npyio.NpzFile):
        raise ValueError(f"{path}: cannot be read as an .npz (it holds one unnamed array). Save it with np.savez.")
    with file:
        arrays = {name: _read(path, name, file) for name in file.files}
    if not arrays:
        raise ValueError(f"{path}: holds no array, expected {PREFIX}0, {PREFIX}1, ...")
    return {f"seed {name.removeprefix(PREFIX)}": array for name, array in arrays.items()}


def _read(path: Path, name: str, file: Mapping[str, np.ndarray]) -> np.ndarray:
    """One array, checked."""
    try:
        array = file[name]
    except Exception as error:  # as above
        raise ValueError(f"{path}: {name} cannot be read as a plain array ({_line(error)}). Save it anew.") from error
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{path}: {name} is no array in .npy format. Save it with np.savez.")
    return _checked(path, name, array)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _checked(path: Path, name: str, array: np.ndarray) -> np.ndarray:
    """The array as float32."""
    if not name.startswith(PREFIX) or name == PREFIX:
        raise ValueError(f"{path}: holds an array {name!r}, expected names such as {PREFIX}0. Rename it.")
    if array.dtype.kind != "f":
        raise ValueError(
            f"{path}: {name} is of type {array.dtype}, expected real numbers. Save it with .astype(np.float32)."
        )
    if array.ndim != 5 or array.shape[2:] != (CHANNELS, SIZE, SIZE) or array.shape[0] < 1 or array.shape[1] < 2:
        raise ValueError(
            f"{path}: {name} has the shape {array.shape}, expected (evaluations, sentences, {CHANNELS}, {SIZE}, {SIZE}) "
            "with at least one evaluation and two sentences."
        )
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused below
        array = array.astype(np.float32, copy=False)
    broken = ~np.isfinite(array).all((-2, -1))
    if broken.any():
        evaluation, sentence, channel = np.argwhere(broken)[0]
        raise ValueError(
            f"{path}: {name} holds NaN or infinity, first in evaluation {evaluation}, sentence {sentence}, channel "
            f"{channel}. Training has diverged: lower the learning rate, or go back to an earlier checkpoint."
        )
    return array
