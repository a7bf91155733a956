"""The arrays of a store, ``.npy`` files: what kinds there are, how each is checked, written and read."""

import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import PreferenceError
from .files import read_bounded, write_durably

MAX_FILE = 64 << 10
MAX_NUMBERS = 8192
MAX_HEADER = 1024
_REMEDY = "Write arrays with PreferenceStore.add_item; leave damaged ones out with on_error='skip'."


@dataclass(frozen=True)
class Kind:
    """How the arrays of a kind look.

    Attributes:
        folder: below the root.
        shape: of each; None stands for any length, and in place of the whole for any shape of at most 8,192 numbers.
        largest: magnitude a number may have.
    """

    folder: str
    shape: tuple[int | None, ...] | None
    largest: float

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array may have this shape."""
        if min(shape, default=1) < 1 or math.prod(shape) > MAX_NUMBERS:
            return False
        if self.shape is None:
            return True
        return len(shape) == len(self.shape) and all(wanted in (None, got) for got, wanted in zip(shape, self.shape))


# What can be preferred, by its name in a record; another kind of item is one more line here.
KINDS = {"sketch": Kind("beziers", (32, 4, 2), 100.0), "parameters": Kind("parameters", (None,), 1e6)}
NOISE = Kind("noise", None, 100.0)


def write_payload(root: Path, kind: Kind, array: Any) -> str:
    """Have an array in the store, on the disk; equal arrays are one file.

    Args:
        root: of the store.
        kind: what it is.
        array: a tensor or array of real numbers; stored as float32.

    Returns:
        the file, relative to the root.

    Raises:
        PreferenceError: the wrong shape, numbers that are not finite or too large, or no place to write.
    """
    plain = array.detach().cpu().numpy() if hasattr(array, "detach") else np.asarray(array)
    if plain.dtype.kind not in "fiu":
        raise PreferenceError(kind.folder, f"an array of {plain.dtype}", "real numbers", "Give the numbers themselves.")
    # A number beyond float32 becomes infinite here and is refused below.
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(plain, dtype="<f4")
    _check(numbers, kind, kind.folder)
    name = f"{kind.folder}/{digest(numbers)}.npy"
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, numbers, version=(1, 0), allow_pickle=False)
    write_durably(root, name, buffer.getvalue())
    return name


def read_payload(root: Path, kind: Kind, name: str) -> np.ndarray:
    """An array of the store, float32.

    Raises:
        PreferenceError: missing, outside the root, too large, damaged, of objects, of another shape or dtype, with numbers that
            are not finite or too large, or with another content than its name says.
    """
    path = root / name
    if not name.startswith(f"{kind.folder}/"):
        raise PreferenceError(path, "another folder", f"a file in {kind.folder}/", _REMEDY)
    array = _parsed(read_bounded(root, name, MAX_FILE), kind, path)
    _check(array, kind, path)
    if digest(array) != Path(name).stem:
        raise PreferenceError(path, "another content than its name says", "the array that was written", _REMEDY)
    return array


def digest(array: np.ndarray) -> str:
    """SHA-256 of the shape and the float32 numbers, not of the file: the same for every version of the format."""
    numbers = np.ascontiguousarray(array, dtype="<f4")
    return hashlib.sha256(repr(tuple(map(int, numbers.shape))).encode() + numbers.tobytes()).hexdigest()


def _parsed(content: bytes, kind: Kind, where: object) -> np.ndarray:
    """The header is judged before a byte of data is looked at: it may claim any size and any dtype."""
    buffer = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(buffer)
        if version != (1, 0):
            raise ValueError(f"version {version}")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer, max_header_size=MAX_HEADER)
    except Exception as error:
        # NumPy tokenizes and evaluates the header, and hostile text fails there in many ways.
        raise PreferenceError(where, f"a damaged header ({error!s:.80})", "a .npy file", _REMEDY) from error
    if dtype != np.dtype("<f4") or fortran:
        what = "objects (pickle)" if dtype.hasobject else f"{dtype}{' in Fortran order' if fortran else ''}"
        raise PreferenceError(where, f"an array of {what}", "float32 in C order", _REMEDY)
    if not kind.fits(shape):
        raise PreferenceError(where, f"the shape {shape!s:.60}", _shape(kind), _REMEDY)
    data = content[buffer.tell() :]
    if len(data) != 4 * math.prod(shape):
        raise PreferenceError(where, f"{len(data)} bytes of data", f"{4 * math.prod(shape)}", _REMEDY)
    return np.frombuffer(data, dtype="<f4").reshape(shape)


def _check(array: np.ndarray, kind: Kind, where: object) -> None:
    if not kind.fits(array.shape):
        raise PreferenceError(where, f"the shape {array.shape!s:.60}", _shape(kind), _REMEDY)
    if not np.isfinite(array).all():
        raise PreferenceError(where, "numbers that are not finite", "finite ones", _REMEDY)
    largest = float(np.abs(array).max())
    if largest > kind.largest:
        raise PreferenceError(where, f"a number of magnitude {largest:g}", f"at most {kind.largest:g}", _REMEDY)


def _shape(kind: Kind) -> str:
    return f"at most {MAX_NUMBERS} numbers" if kind.shape is None else str(kind.shape).replace("None", "any length")
