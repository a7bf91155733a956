"""A file of latents, and what is wrong with one."""

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
        ({"seed_0": GOOD.astype(np.float64)}, "seed_0 is of type float64, expected float32"),
        ({"seed_0": GOOD[0]}, r"seed_0 has the shape \(2, 6, 32, 32\), expected \(evaluations, sentences, 6, 32, 32\)"),
        ({"seed_0": GOOD[:, :1]}, "at least one evaluation and two sentences"),
        ({"seed_0": GOOD[:0]}, "at least one evaluation and two sentences"),
        ({"seed_0": np.zeros((1, 2, 3, 32, 32), np.float32)}, "seed_0 has the shape"),
        ({"seed_0": GOOD, "seed_1": GOOD * np.nan}, "seed_1 holds NaN or infinity, first in evaluation 0, sentence 0"),
        ({"seed_0": np.array([{}], dtype=object)}, "cannot be read as an .npz of plain arrays"),
    ],
)
def test_wrong_files(tmp_path, arrays: dict, message: str):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        read_latents(tmp_path / "a.npz")


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
