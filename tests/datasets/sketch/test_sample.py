"""One file: the real one, there and back, and each fault of the container."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch import SketchError, read_sample, write_sample
from stillhouse.datasets.sketch.archive import Archive, write_archive
from stillhouse.datasets.sketch.sample import require_sketched


@pytest.mark.data
def test_the_real_file_is_an_input_before_sketching(real_sketches: Path):
    sample = read_sample(real_sketches / "controlsketch_cat.npz")
    assert sample.caption == "a cat is sitting on a white background"
    assert sample.strokes is None and sample.stroke_width is None
    assert sample.mask.shape == sample.attention.shape == (512, 512) and 0 < sample.mask.mean() < 1
    image = sample.image()
    assert image.shape == (512, 512, 3) and image.dtype == np.uint8 and image.std() > 10
    assert image[sample.mask == 0].mean() > image[sample.mask == 1].mean()
    with Archive(sample.path) as archive, pytest.raises(SketchError, match="no svg_32s: an input before sketching"):
        require_sketched(archive)


def test_a_written_sample_is_read_back_and_the_bytes_are_the_same(tmp_path: Path, members):
    content = members(3)
    strokes = np.linspace(-1, 1, 256, dtype=np.float32).reshape(32, 4, 2)
    mask = np.eye(512, dtype=np.uint8)
    paths = [tmp_path / name / "x.npz" for name in "ab"]
    for path in paths:
        write_sample(path, content["image"].item(), mask, mask * np.float32(0.5), "an ärrow", strokes, 4.0, b"end")
    assert paths[0].read_bytes() == paths[1].read_bytes() and paths[0].read_bytes().endswith(b"end")
    found = read_sample(paths[0])
    np.testing.assert_allclose(found.strokes, strokes, atol=3e-6)
    assert found.caption == "an ärrow" and found.stroke_width == 4.0 and found.jpeg == content["image"].item()
    assert (found.mask == mask).all() and (found.attention == mask * 0.5).all()
    with np.load(paths[0], allow_pickle=False) as plain:
        assert sorted(plain.files) == ["attn_map", "caption", "image", "mask", "svg_32s"]
        assert plain["image"].dtype.kind == "S" and plain["svg_32s"].ndim == plain["caption"].ndim == 0
    assert [path.name for path in paths[0].parent.iterdir()] == ["x.npz"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(caption=None), r"no caption \(only attn_map, image, mask, svg_32s\), expected the keys"),
        (dict(image=None, mask=None), "no image, mask"),
        (dict(caption=np.array(b"x")), r"\(caption\): got bytes8 of shape \(\), expected one string"),
        (dict(svg_32s=np.array(["a", "b"])), r"\(svg_32s\): got str32 of shape \(2,\)"),
        (dict(image=np.array("text")), r"\(image\): got str128 of shape \(\), expected JPEG bytes"),
        (dict(image=np.array(b"GIF89a")), r"bytes that begin with b'GIF8', expected a JPEG"),
        (dict(mask=np.zeros((4, 4), np.uint8)), r"\(mask\): got uint8 of shape \(4, 4\), expected uint8 of"),
        (dict(mask=np.full((512, 512), 2, np.uint8)), r"\(mask\): got values out of range"),
        (dict(attn_map=np.full((512, 512), np.nan, np.float32)), r"\(attn_map\): got values out of range"),
        (dict(attn_map=np.zeros((512, 512))), r"\(attn_map\): got float64"),
    ],
)
def test_each_fault_of_a_key_has_its_message(tmp_path: Path, members, changes: dict, message: str):
    path = tmp_path / "cat_1.npz"
    write_archive(path, members(**changes))
    with pytest.raises(SketchError, match=message) as caught:
        read_sample(path)
    assert str(caught.value).startswith(str(path))


def test_object_arrays_are_refused_and_not_run(tmp_path: Path, members):
    ran = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return Path.touch, (ran,)

    path = tmp_path / "cat_1.npz"
    np.savez(path, **members(caption=np.array(Evil(), object)))
    with pytest.raises(SketchError, match=r"\(caption\): got an object array \(pickle\), expected a plain array"):
        read_sample(path)
    assert not ran.exists()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, members, part: float):
    path = tmp_path / "cat_1.npz"
    write_archive(path, members())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(SketchError, match="a damaged or truncated file"):
        read_sample(path)


def test_a_flipped_byte_is_found(tmp_path: Path, members):
    path = tmp_path / "cat_1.npz"
    write_archive(path, members())
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SketchError, match="damaged"):
        read_sample(path)


def test_a_corrupt_or_foreign_jpeg_is_found_when_it_is_decoded(tmp_path: Path, members):
    import cv2

    jpeg = members()["image"].item()
    small = cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    for content, message in ((jpeg[:-200], "a corrupt JPEG"), (small, "a picture of 8 x 8 pixels, expected 512 x 512")):
        write_archive(tmp_path / "cat_1.npz", members(image=np.array(content)))
        sample = read_sample(tmp_path / "cat_1.npz")
        with pytest.raises(SketchError, match=message), warnings.catch_warnings():
            warnings.simplefilter("error")
            sample.image()


def test_an_absurd_size_is_refused_before_it_is_read(tmp_path: Path, members, monkeypatch):
    monkeypatch.setattr("stillhouse.datasets.sketch.archive.MAX_BYTES", 1000)
    write_archive(tmp_path / "cat_1.npz", members())
    with pytest.raises(SketchError, match="bytes, expected at most 1000"):
        read_sample(tmp_path / "cat_1.npz")


def test_a_failed_write_leaves_nothing(tmp_path: Path):
    with pytest.raises(ValueError, match="Object arrays"):
        write_archive(tmp_path / "x.npz", {"a": np.array([None])})
    assert not list(tmp_path.iterdir())
