"""Arrays: equal ones are one file, and what is hostile is refused before it is believed."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stillhouse.datasets.sketch.preferences import PreferenceError
from stillhouse.datasets.sketch.preferences.payload import KINDS, NOISE, digest, read_payload, write_payload

SKETCH = KINDS["sketch"]
NAME = f"beziers/{'0' * 64}.npy"


def planted(root: Path, content: bytes) -> str:
    """A file with these bytes under a name of the right form."""
    (root / "beziers").mkdir(parents=True, exist_ok=True)
    (root / NAME).write_bytes(content)
    return NAME


def npy(array: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


def test_equal_arrays_of_any_dtype_are_one_file_and_come_back_exactly(tmp_path: Path, sketch):
    name = write_payload(tmp_path, SKETCH, sketch(0))
    assert name == write_payload(tmp_path, SKETCH, torch.from_numpy(sketch(0)).double().requires_grad_())
    assert name == write_payload(tmp_path, SKETCH, np.asfortranarray(sketch(0)))
    assert name != write_payload(tmp_path, SKETCH, sketch(1))
    found = read_payload(tmp_path, SKETCH, name)
    assert found.dtype == np.float32 and np.array_equal(found, sketch(0))
    assert np.array_equal(np.load(tmp_path / name, allow_pickle=False), sketch(0))
    assert Path(name).stem == digest(sketch(0))
    assert read_payload(
        tmp_path, KINDS["parameters"], write_payload(tmp_path, KINDS["parameters"], [1, 2])
    ).tolist() == [1, 2]


def test_the_digest_depends_on_the_shape():
    assert digest(np.zeros((2, 3))) != digest(np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((16, 4, 2)), r"shape \(16, 4, 2\), expected \(32, 4, 2\)"),
        (np.full((32, 4, 2), np.nan), "not finite"),
        (np.full((32, 4, 2), 1e39), "not finite"),
        (np.full((32, 4, 2), 101.0), "magnitude 101, expected at most 100"),
        (np.full((32, 4, 2), "x"), "real numbers"),
        (np.full((32, 4, 2), None), "an array of object"),
        (np.zeros((32, 4, 2), complex), "real numbers"),
    ],
)
def test_arrays_that_are_not_written(tmp_path: Path, array, message: str):
    with pytest.raises(PreferenceError, match=message):
        write_payload(tmp_path, SKETCH, array)
    assert not list(tmp_path.rglob("*.npy"))


def test_noise_may_have_any_shape_of_bounded_size(tmp_path: Path):
    assert write_payload(tmp_path, NOISE, np.zeros((16, 4, 2))).startswith("noise/")
    for shape in ((8193,), (0,), (2, 0, 3)):
        with pytest.raises(PreferenceError, match="at most 8192 numbers"):
            write_payload(tmp_path, NOISE, np.zeros(shape))


def claiming(shape: str) -> bytes:
    """A file whose header claims a shape, and nothing after it."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npy(np.full((32, 4, 2), None), allow_pickle=True), r"objects \(pickle\)"),
        (npy(np.zeros((32, 4, 2))), "float64, expected float32"),
        (npy(np.zeros((32, 4, 2), ">f4")), "expected float32"),
        (npy(np.asfortranarray(np.zeros((32, 4, 2), "<f4"))), "Fortran order"),
        (npy(np.zeros((32, 8), "<f4")), r"shape \(32, 8\)"),
        (npy(np.zeros((32, 4, 2), "<f4"))[:-1], "1023 bytes of data, expected 1024"),
        (npy(np.zeros((32, 4, 2), "<f4")) + b"x", "1025 bytes of data"),
        (npy(np.zeros((32, 4, 2), "<f4"), version=(2, 0)), "damaged header"),
        (npy(np.full((32, 4, 2), np.inf, "<f4")), "not finite"),
        (npy(np.full((32, 4, 2), 1e30, "<f4")), "at most 100"),
        (npy(np.zeros((32, 4, 2), "<f4")), "another content than its name says"),
        (b"", "damaged header"),
        (claiming("(1000000000000, 4, 2)"), "the shape"),
        (claiming("(-32, -4, 2)"), "the shape"),
        (claiming("(32, (4, 2)"), "damaged header"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535, "damaged header|bytes"),
        (b"x" * (65 << 10), "at most 65536"),
    ],
)
def test_files_that_are_not_read(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(PreferenceError, match=message):
        read_payload(tmp_path, SKETCH, planted(tmp_path, content))


def test_noise_of_a_negative_length(tmp_path: Path):
    (tmp_path / "noise").mkdir()
    name = NAME.replace("beziers", "noise")
    (tmp_path / name).write_bytes(claiming("(-2, -3)") + bytes(24))
    with pytest.raises(PreferenceError, match=r"the shape \(-2, -3\)"):
        read_payload(tmp_path, NOISE, name)


def test_a_file_of_another_kind_is_refused(tmp_path: Path, sketch):
    name = write_payload(tmp_path, NOISE, sketch(0))
    with pytest.raises(PreferenceError, match="a file in beziers/"):
        read_payload(tmp_path, SKETCH, name)


WHOLE = npy(np.zeros((32, 4, 2), "<f4"))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255), cut=st.integers(0, len(WHOLE)))
def test_any_damage_is_a_preference_error(tmp_path_factory, at: int, value: int, cut: int):
    root = tmp_path_factory.mktemp("damage")
    content = bytearray(WHOLE)
    content[at] = value
    with pytest.raises(PreferenceError):
        read_payload(root, SKETCH, planted(root, bytes(content[:cut])))
