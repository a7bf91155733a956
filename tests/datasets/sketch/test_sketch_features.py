"""Features of pictures in a memory-mapped file."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from stillhouse.datasets.sketch import SketchError, read_features, write_features


class Pictures:
    """130 random pictures: three blocks."""

    def __init__(self, seed: int = 0) -> None:
        self.images = torch.rand(130, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
        self.name = f"pictures {seed}"

    def __len__(self) -> int:
        return len(self.images)

    def __getitems__(self, indices) -> dict:
        return {"image": self.images[indices]}

    def digest(self) -> str:
        return self.name


def encode(images):
    """(B, 2, 8) of (B, 3, 4, 4)."""
    return images.flatten(1)[:, :16].reshape(-1, 2, 8)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_what_is_written_is_read(tmp_path: Path, dtype: str):
    data, told = Pictures(), []
    path = write_features(data, encode, tmp_path / "x" / "f.npy", "toy", dtype, lambda *at: told.append(at))
    found = read_features(path, data.digest(), "toy")
    rows = found[torch.tensor([129, 3])]
    assert rows.dtype == torch.float32 and rows.shape == (2, 2, 8) and found.encoder == "toy"
    assert torch.equal(rows, encode(data.images[[129, 3]]).to(getattr(torch, dtype)).float())
    assert isinstance(found.array, np.memmap) and told == [(64, 130), (128, 130), (130, 130)]
    assert sorted(file.name for file in path.parent.iterdir()) == ["f.npy", "f.npy.json"]


def test_an_interrupted_file_goes_on_where_it_stopped(tmp_path: Path):
    data, calls = Pictures(), []

    def failing(images):
        calls.append(len(images))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return encode(images)

    with pytest.raises(KeyboardInterrupt):
        write_features(data, failing, tmp_path / "f.npy", "toy")
    with pytest.raises(SketchError, match="no finished file of features"):
        read_features(tmp_path / "f.npy", data.digest())
    path = write_features(data, failing, tmp_path / "f.npy", "toy")
    assert calls == [64, 64, 64, 2]
    assert torch.equal(read_features(path, data.digest())[torch.arange(130)], encode(data.images))
    write_features(data, failing, path, "toy")
    assert len(calls) == 4


def test_an_interrupted_file_of_another_encoder_begins_anew(tmp_path: Path):
    data = Pictures()

    def stopping(images):
        if torch.equal(images, data.images[64:128]):
            raise KeyboardInterrupt
        return encode(images) + 1

    with pytest.raises(KeyboardInterrupt):
        write_features(data, stopping, tmp_path / "f.npy", "other")
    path = write_features(data, encode, tmp_path / "f.npy", "toy")
    assert torch.equal(read_features(path, data.digest())[torch.arange(130)], encode(data.images))


def test_another_data_set_or_encoder_is_refused(tmp_path: Path):
    path = write_features(Pictures(), encode, tmp_path / "f.npy", "toy")
    with pytest.raises(SketchError, match="features of dataset 'pictures 0', expected 'pictures 1'"):
        read_features(path, Pictures(1).digest())
    with pytest.raises(SketchError, match="features of encoder 'toy', expected 'real'"):
        read_features(path, Pictures().digest(), "real")
    with pytest.raises(SketchError, match="features of encoder 'toy', expected 'real'"):
        write_features(Pictures(), encode, path, "real")


def test_a_damaged_file_is_refused(tmp_path: Path):
    path = write_features(Pictures(), encode, tmp_path / "f.npy", "toy")
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(SketchError, match="rows that differ from their checksums"):
        read_features(path, "pictures 0")
    path.write_bytes(content[:-100])
    with pytest.raises(SketchError, match="a damaged file"):
        read_features(path, "pictures 0")
    (tmp_path / "f.npy.json").write_text(json.dumps({})[:-1])
    with pytest.raises(SketchError, match="damaged facts"):
        read_features(path, "pictures 0")


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (lambda images: encode(images) * float("nan"), "values that are not finite"),
        (lambda images: encode(images)[:3], "3 rows of features for 64 pictures"),
        (lambda images: encode(images)[:, : 1 + len(images) // 64], r"features of shape \(1, 8\) from row 128"),
    ],
)
def test_unusable_features_are_refused(tmp_path: Path, encoder, message: str):
    with pytest.raises(SketchError, match=message):
        write_features(Pictures(), encoder, tmp_path / "f.npy", "toy")
    assert not (tmp_path / "f.npy").exists()


def test_other_refusals(tmp_path: Path):
    with pytest.raises(SketchError, match=r"one that ends in .npy"):
        read_features(tmp_path / "f.pt", "x")

    class Blind(Pictures):
        def __getitems__(self, indices) -> dict:
            return {}

    with pytest.raises(SketchError, match="a data set without pictures"):
        write_features(Blind(), encode, tmp_path / "f.npy", "toy")
