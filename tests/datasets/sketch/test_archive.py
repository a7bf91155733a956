import zipfile
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch.archive import Archive, write_archive
from stillhouse.datasets.sketch.errors import SketchError


def npz(path: Path, descr: str, shape: str, content: bytes = b"abc") -> Path:
    """An archive with one array ``x`` whose header says what it likes."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    member = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x.npy", member)
    return path


def test_arrays_come_back(tmp_path: Path):
    members = {"x": np.arange(6).reshape(2, 3), "names": np.array(["a", "bc"]), "none": np.zeros((0, 4))}
    write_archive(tmp_path / "some.npz", members)
    with Archive(tmp_path / "some.npz") as archive:
        for name, array in members.items():
            np.testing.assert_array_equal(archive.array(name), array)


@pytest.mark.parametrize(
    ("descr", "shape"), [("|S158029", "(1572864,)"), ("<f8", "(4611686018427387904, 4)"), ("<f4", "(1,)")]
)
def test_a_header_that_promises_more_than_follows_is_refused_before_memory_is_taken(tmp_path: Path, descr, shape):
    with (
        Archive(npz(tmp_path / "some.npz", descr, shape)) as archive,
        pytest.raises(SketchError, match=r"promises .* 3 follow"),
    ):
        archive.array("x")


@pytest.mark.parametrize(
    ("descr", "shape", "message"),
    [
        ("|O", "(0,)", "pickle"),
        ("junk", "(1,)", "damaged"),
        ("|u1", "(-1,)", "damaged"),
        ("<f4", "((1,)", "cannot be read"),
    ],
)
def test_other_headers_that_lie(tmp_path: Path, descr, shape, message):
    with Archive(npz(tmp_path / "some.npz", descr, shape)) as archive, pytest.raises(SketchError, match=message):
        archive.array("x")


def test_a_file_that_is_no_archive(tmp_path: Path):
    (tmp_path / "some.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(SketchError, match="damaged or truncated"):
        Archive(tmp_path / "some.npz")
