"""Files of stroke-3 drawings (sketch-rnn's format), whose object arrays are read without running what they name.

Such a file is a zip of ``SPLIT.npy`` members, each a pickled object array of (n, 3) integer arrays: dx, dy, and 1 where the pen
is lifted after the point. NumPy would unpickle them with ``allow_pickle=True``, which runs whatever code the file names. Here a
restricted unpickler knows three names alone (array, dtype, and the function that makes empty arrays), and even these are
stand-ins that only collect sizes and bytes: nothing of NumPy's own unpickling, where forged flags can turn bytes into pointers,
is reached. The arrays are then made from the bytes, after their sizes have been checked.

Source: Ha & Eck, A neural representation of sketch drawings, 2017, arXiv:1704.03477.
"""

import io
import pickle
from pathlib import Path

import numpy as np

from .archive import Archive, array_header
from .errors import SketchError

_KINDS = {"i1", "i2", "i4", "i8", "f4", "f8"}
_AGAIN = "Download the file again, from where it is vouched for."


def read_stroke3(path: str | Path, split: str) -> list[np.ndarray]:
    """The drawings of a split.

    Args:
        path: an ``.npz`` file.
        split: a member of it: ``train``, ``valid`` or ``test``.

    Returns:
        (n, 3) float64 arrays: dx, dy and the pen, 1 where it is lifted after the point.

    Raises:
        FileNotFoundError: no such file.
        SketchError: no such split, a pickle that names anything but plain arrays, or an array that is no drawing.
    """
    path = Path(path)
    where = f"{path} ({split})"
    with Archive(path) as archive:
        archive.require((split,))
        stream = io.BytesIO(archive.bytes(split))
    try:
        _skip_header(stream)
        outer = _Unpickler(stream, encoding="latin1").load()
        arrays = outer.objects() if isinstance(outer, _Array) else None
        if arrays is None:
            raise ValueError("something else than an object array")
        return [_drawing(array, number) for number, array in enumerate(arrays)]
    except Exception as error:
        # A forged pickle may fail in any way, and none of them reads the file.
        reason = str(error) or type(error).__name__
        raise SketchError(where, reason, "an object array of (n, 3) number arrays", _AGAIN) from error


def polylines(drawing: np.ndarray) -> list[np.ndarray]:
    """The lines that the pen draws: (k, 2) points each, in the order of drawing, y down.

    Args:
        drawing: (n, 3).
    """
    points = np.cumsum(drawing[:, :2], axis=0)
    lifted = np.flatnonzero(drawing[:-1, 2] > 0) + 1
    return np.split(points, lifted)


def _skip_header(stream: io.BytesIO) -> None:
    _, dtype = array_header(stream)
    if dtype != np.dtype(object):
        raise ValueError(f"an array of {dtype}")


class _DType:
    """Stands in for numpy.dtype: its name and its byte order."""

    __slots__ = ("name", "order")

    def __init__(self, name: object, *_: object) -> None:
        self.name, self.order = str(name).lstrip("<>|="), "<"

    def __setstate__(self, state: tuple) -> None:
        self.order = str(state[1])


class _Array:
    """Stands in for numpy.ndarray: its shape, its type and its content."""

    __slots__ = ("content", "dtype", "fortran", "shape")

    def __setstate__(self, state: tuple) -> None:
        _, self.shape, self.dtype, self.fortran, self.content = state

    def objects(self) -> list["_Array"]:
        """The arrays within an object array of one dimension."""
        if not isinstance(self.content, list) or self.shape != (len(self.content),):
            raise ValueError(f"an array of shape {self.shape!r} that is not a list of objects")
        if not all(isinstance(item, _Array) for item in self.content):
            raise ValueError("objects that are not arrays")
        return self.content

    def numbers(self) -> np.ndarray:
        """The values of a plain array."""
        name = getattr(self.dtype, "name", None)
        if name not in _KINDS or not isinstance(self.dtype, _DType) or self.dtype.order not in ("<", ">", "=", "|"):
            raise ValueError(f"an array of {name}")
        content = self.content.encode("latin1") if isinstance(self.content, str) else self.content
        if not isinstance(content, bytes):
            raise ValueError(f"an array that holds a {type(content).__name__}")
        order = "<" if self.dtype.order == "|" else self.dtype.order
        values = np.frombuffer(content, f"{order}{name}")
        return values.reshape(self.shape, order="F" if self.fortran else "C").astype(np.float64)


def _empty_array(*_: object) -> _Array:
    return _Array()


class _Unpickler(pickle.Unpickler):
    """Knows the three names that plain arrays need, as stand-ins."""

    def find_class(self, module: str, name: str) -> object:
        known = {"ndarray": _Array, "dtype": _DType, "_reconstruct": _empty_array}
        homes = ("numpy",) if name != "_reconstruct" else ("numpy.core.multiarray", "numpy._core.multiarray")
        if name not in known or module not in homes:
            raise ValueError(f"a pickle that names {module}.{name}")
        return known[name]


def _drawing(array: _Array, number: int) -> np.ndarray:
    values = array.numbers()
    if values.ndim != 2 or values.shape[1] != 3 or not len(values):
        raise ValueError(f"drawing {number} of shape {values.shape}")
    if not np.isfinite(values).all() or not np.isin(values[:, 2], (0, 1)).all():
        raise ValueError(f"drawing {number} with values that are not finite, or a pen that is neither 0 nor 1")
    return values
