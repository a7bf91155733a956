"""Stroke-3 files, and pickles that are no such files."""

import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch import SketchError
from stillhouse.datasets.sketch.stroke3 import polylines, read_stroke3

DRAWINGS = [np.array([[1, 2, 0], [3, 4, 1], [5, 6, 1]]), np.array([[0, 1, 1]])]


def as_objects(arrays) -> np.ndarray:
    """(N,) of objects."""
    found = np.empty(len(arrays), object)
    found[:] = arrays
    return found


@pytest.mark.data
def test_the_real_file_is_read_as_numpy_reads_it(real_sketches: Path):
    path = real_sketches / "aaron_sheep.npz"
    with np.load(path, allow_pickle=True, encoding="latin1") as trusted:
        want = trusted["valid"]
    found = read_stroke3(path, "valid")
    assert len(found) == len(want) == 300
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(found, want))


@pytest.mark.parametrize("dtype", ["i2", "i8", "f4", ">i4"])
def test_drawings_of_any_number_type_are_read(tmp_path: Path, dtype: str):
    path = tmp_path / "cat.npz"
    np.savez(path, train=as_objects([drawing.astype(dtype) for drawing in DRAWINGS]))
    found = read_stroke3(path, "train")
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(found, DRAWINGS))
    assert {array.dtype for array in found} == {np.dtype("f8")}


def test_lines_end_where_the_pen_is_lifted():
    drawing = np.array([[1, 1, 0], [2, 0, 1], [0, 3, 0], [-1, 0, 0], [0, -1, 1]])
    first, second = polylines(drawing)
    assert first.tolist() == [[1, 1], [3, 1]] and second.tolist() == [[3, 4], [2, 4], [2, 3]]
    assert len(polylines(drawing[:4])) == 2  # the last point need not lift the pen


class Evil:
    """A pickle of it runs a command."""

    def __init__(self, *call) -> None:
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


def test_code_in_a_file_is_not_run(tmp_path: Path):
    ran, path = tmp_path / "ran", tmp_path / "cat.npz"
    np.savez(path, train=as_objects([Evil(os.mkdir, str(ran))]))
    with pytest.raises(SketchError, match=r"cat.npz \(train\): got a pickle that names posix.mkdir"):
        read_stroke3(path, "train")
    assert not ran.exists()


def _with_pickle(path: Path, content: object) -> Path:
    """A file whose member has the header of an object array and any pickle behind it."""
    header = np.lib.format.magic(1, 0) + b"\x46\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header = header.ljust(79) + b"\n"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("train.npy", header + (content if isinstance(content, bytes) else pickle.dumps(content)))
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "something else than an object array"),
        (np.zeros((2, 3)), "not a list of objects"),
        (as_objects([1, 2]), "objects that are not arrays"),
        (as_objects([np.zeros((2, 2), int)]), r"drawing 0 of shape \(2, 2\)"),
        (as_objects([np.zeros((0, 3), int)]), r"drawing 0 of shape \(0, 3\)"),
        (as_objects([np.array([[0, 0, 2]])]), "drawing 0 with values that are not finite, or a pen"),
        (as_objects([np.array([[0, np.nan, 1]])]), "drawing 0 with values that are not finite"),
        (as_objects([np.zeros((1, 3), complex)]), "an array of c16"),
        (as_objects([np.array(["a"])]), "an array of U1"),
        (as_objects([as_objects([DRAWINGS[0]])]), "an array of O8"),
        (Evil(np.load, "x"), "a pickle that names numpy"),
        (Evil(eval, "1"), "a pickle that names builtins.eval"),
        (pickle.dumps(as_objects(DRAWINGS))[:-30], "pickle"),
        (b"", "Ran out of input"),
    ],
)
def test_a_pickle_of_anything_else_is_refused(tmp_path: Path, content, message: str):
    with pytest.raises(SketchError, match=message):
        read_stroke3(_with_pickle(tmp_path / "cat.npz", content), "train")


def test_other_refusals(tmp_path: Path):
    path = tmp_path / "cat.npz"
    np.savez(path, train=np.zeros(3))
    with pytest.raises(SketchError, match="got an array of float64, expected an object array"):
        read_stroke3(path, "train")
    with pytest.raises(SketchError, match=r"got no valid \(only train\)"):
        read_stroke3(path, "valid")
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(SketchError, match="a damaged or truncated file"):
        read_stroke3(path, "train")
