"""A file of latents, and what is wrong with one."""

import io
import zipfile

import numpy as np
import pytest

from stillhouse.engine.evaluation.latent.arrays import read_latents

GOOD = np.zeros((1, 2, 6, 32, 32), np.float32)


def test_arrays_by_seed(tmp_path):
    np.savez(tmp_path / "a.npz", seed_7=GOOD, seed_b=GOOD + 1)
    found = read_latents(tmp_path / "a.npz")
    assert list(found) == ["seed 7", "seed b"] and found["seed b"].max() == 1


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "holds no array"),
        ({"latents": GOOD}, "holds an array 'latents', expected names such as seed_0"),
        ({"seed_": GOOD}, "holds an array 'seed_'"),
        ({"seed_0": GOOD.astype(np.int64)}, "seed_0 is of type int64, expected real numbers"),
        ({"seed_0": GOOD.astype(complex)}, "seed_0 is of type complex128, expected real numbers"),
        ({"seed_0": GOOD + np.float64(1e300)}, "seed_0 holds NaN or infinity"),
        ({"seed_0": GOOD[0]}, r"seed_0 has the shape \(2, 6, 32, 32\), expected \(evaluations, sentences, 6, 32, 32\)"),
        ({"seed_0": GOOD[:, :1]}, "at least one evaluation and two sentences"),
        ({"seed_0": GOOD[:0]}, "at least one evaluation and two sentences"),
        ({"seed_0": np.zeros((1, 2, 3, 32, 32), np.float32)}, "seed_0 has the shape"),
        ({"seed_0": GOOD, "seed_1": GOOD * np.nan}, "seed_1 holds NaN or infinity, first in evaluation 0, sentence 0"),
        ({"seed_0": np.array([{}], dtype=object)}, "seed_0 cannot be read as a plain array"),
    ],
)
def test_wrong_files(tmp_path, arrays: dict, message: str):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        read_latents(tmp_path / "a.npz")


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f8", ">f8"])
def test_other_real_numbers_become_float32(tmp_path, kind: str):
    np.savez(tmp_path / "a.npz", seed_0=(GOOD + 1.5).astype(kind))
    array = read_latents(tmp_path / "a.npz")["seed 0"]
    assert array.dtype == np.float32 and array.dtype.isnative and (array == 1.5).all()


def damaged(content: bytes, name: str) -> bytes:
    """An .npz of one member."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def header(words: str) -> bytes:
    """The beginning of a .npy file."""
    text = words.encode("latin1") + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


HUGE = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 2, 6, 32, 32)}"


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"text", "seed_0", "seed_0 is no array in .npy format"),
        (b"text", "notes.txt", "notes.txt is no array in .npy format"),
        (header("{'descr': (("), "seed_0.npy", "seed_0 cannot be read as a plain array"),
        (header("\x00\xff{"), "seed_0.npy", "seed_0 cannot be read as a plain array"),
        (header(HUGE % 10**12), "seed_0.npy", "seed_0 cannot be read as a plain array"),
        (header(HUGE % 10**30), "seed_0.npy", "seed_0 cannot be read as a plain array"),
        (header(HUGE % 1) + b"short", "seed_0.npy", "seed_0 cannot be read as a plain array"),
        (header(HUGE % 1 + " " * 20_000), "seed_0.npy", "seed_0 cannot be read as a plain array"),
        (b"\x93NUMPY", "seed_0.npy", "seed_0 cannot be read as a plain array"),
    ],
)
def test_damaged_members(tmp_path, content: bytes, name: str, message: str):
    (tmp_path / "a.npz").write_bytes(damaged(content, name))
    with pytest.raises(ValueError, match=rf"a\.npz: {message}") as refused:
        read_latents(tmp_path / "a.npz")
    assert "\n" not in str(refused.value)
    if name.endswith(".npy"):
        (tmp_path / "bare.npy").write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read as an"):
            read_latents(tmp_path / "bare.npy")


def test_no_file_and_another_kind_of_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.npz: no such file; expected an \.npz"):
        read_latents(tmp_path / "no.npz")
    for name, content in (("a.npz", b"text"), ("b.npz", b"PK\x03\x04 damaged")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read as an"):
            read_latents(tmp_path / name)
    np.save(tmp_path / "c.npy", GOOD)
    with pytest.raises(ValueError, match="cannot be read as an"):
        read_latents(tmp_path / "c.npy")
