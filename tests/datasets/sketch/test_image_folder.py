"""Pictures in a folder, of every kind and in every state."""

import re
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from stillhouse.datasets.sketch import ImageFolder, SketchError, SketchWarning


def one(folder: Path, name: str, image: Image.Image, size: int = 8, fit="pad", **options) -> torch.Tensor:
    """(3, H, W), what the data set makes of one picture."""
    image.save(folder / name, **options)
    return ImageFolder(str(folder), size, fit).__getitems__([0])["image"][0]


def test_any_nesting_and_any_case_in_a_stable_order(tmp_path: Path):
    names = ["b/c/d/z.PNG", "a.jpg", "b/Y.JpEg", "b/x.webp"]
    for level, name in enumerate(names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9), (60 * level, 0, 0)).save(tmp_path / name)
    for other in ("notes.txt", ".hidden.png", ".cache/x.png"):
        (tmp_path / other).parent.mkdir(exist_ok=True)
        (tmp_path / other).write_bytes(b"no picture")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = ImageFolder(str(tmp_path), 4)
    assert data.paths == sorted(names) and len(data) == 4 and data.metainfo["num_skipped"] == 0
    batch = data.__getitems__([3, 0])
    assert tuple(batch) == data.fields and batch["index"].tolist() == [3, 0]
    assert batch["image"].shape == (2, 3, 4, 4) and batch["image"].dtype == torch.float32
    reds = [names.index(data.paths[i]) * 60 / 255 for i in (3, 0)]
    assert batch["image"][:, 0].mean((1, 2)).tolist() == pytest.approx(reds, abs=0.02)


def test_links_that_go_in_circles_are_not_followed(tmp_path: Path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert ImageFolder(str(tmp_path), 4).paths == ["a.png"]


def test_a_picture_is_turned_as_its_exif_says(tmp_path: Path):
    image = Image.new("RGB", (8, 8))
    image.paste((255, 0, 0), (0, 0, 8, 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # show it turned by 90 degrees clockwise: the upper half goes to the right
    found = one(tmp_path, "a.png", image, exif=exif)
    assert found[0, :, 5:].min() == 1 and found[0, :, :3].max() == 0


def test_transparent_pixels_are_white(tmp_path: Path):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 255, 128), (0, 0, 4, 8))
    found = one(tmp_path, "a.png", image)
    assert found[:, 0, 7].tolist() == [1, 1, 1] and found[:, 0, 0].tolist() == pytest.approx([0.5, 0.5, 1], abs=0.01)


def test_transparency_of_a_palette_is_white(tmp_path: Path):
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    found = one(tmp_path, "a.png", image, transparency=1)
    assert (found == 1).all()


@pytest.mark.parametrize(
    ("name", "image", "want"),
    [
        ("grey.png", Image.new("L", (8, 8), 100), [100 / 255] * 3),
        ("bits.png", Image.new("1", (8, 8), 1), [1, 1, 1]),
        ("deep.png", Image.fromarray(np.full((8, 8), 40_000, np.uint16)), [40_000 / 65_535] * 3),
        ("ink.jpg", Image.new("CMYK", (8, 8), (0, 255, 255, 0)), [1, 0, 0]),
    ],
)
def test_every_mode_becomes_rgb(tmp_path: Path, name: str, image: Image.Image, want: list):
    assert one(tmp_path, name, image)[:, 4, 4].tolist() == pytest.approx(want, abs=0.03)


def test_padding_is_white_and_cropping_takes_the_middle(tmp_path: Path):
    image = Image.new("RGB", (8, 16), (0, 0, 0))
    image.paste((255, 0, 0), (0, 4, 8, 12))
    padded = one(tmp_path, "a.png", image, 16)
    assert (padded[:, :, :4] == 1).all() and (padded[:, :, 12:] == 1).all() and (padded[:, 0, 4:12] == 0).all()
    cropped = one(tmp_path, "a.png", image, 8, "crop")
    assert (cropped[0] == 1).all() and (cropped[1:] == 0).all()
    sideways = one(tmp_path, "a.png", image.transpose(Image.Transpose.ROTATE_90), 8, "crop")
    assert (sideways[0] == 1).all() and (sideways[1:] == 0).all()


def test_scaling_down_does_not_alias(tmp_path: Path):
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 255
    found = one(tmp_path, "a.png", Image.fromarray(stripes), 16)
    assert found.sub(0.5).abs().max() < 0.02


def test_unusable_files_are_skipped_with_a_count_and_their_names(tmp_path: Path, monkeypatch):
    Image.new("RGB", (8, 8)).save(tmp_path / "good.png")
    Image.effect_noise((64, 64), 90).save(tmp_path / "cut.jpg")
    content = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.webp").write_text("no picture")
    Image.new("1", (100, 101)).save(tmp_path / "huge.png")
    monkeypatch.setattr("stillhouse.datasets.sketch.images.MAX_PIXELS", 10_000)
    with pytest.warns(SketchWarning, match="4 of 5 pictures cannot be used and are left out"):
        data = ImageFolder(str(tmp_path), 8)
    assert data.paths == ["good.png"] and data.metainfo["num_skipped"] == 4
    skipped = data.metainfo["skipped"]
    assert sorted(skipped) == ["cut.jpg", "empty.png", "huge.png", "text.webp"]
    assert "100 x 101 pixels, expected at most 10,000" in skipped["huge.png"]
    assert all("no readable picture" in skipped[name] for name in ("cut.jpg", "empty.png", "text.webp"))


def test_a_bomb_is_refused_by_its_header(tmp_path: Path):
    Image.new("1", (8, 8)).save(tmp_path / "bomb.png")
    header = bytearray((tmp_path / "bomb.png").read_bytes())
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(header)
    with pytest.raises(SketchError, match=r"no usable picture among 1 files.*bomb.png"):
        ImageFolder(str(tmp_path), 8)


def test_refusals(tmp_path: Path):
    with pytest.raises(SketchError, match="no usable picture among 0 files"):
        ImageFolder(str(tmp_path), 8)
    with pytest.raises(SketchError, match="no such folder"):
        ImageFolder(str(tmp_path / "nowhere"), 8)
    with pytest.raises(SketchError, match=re.escape("image_size=0, fit='pad'")):
        ImageFolder(str(tmp_path), 0)


def test_the_digest_changes_with_the_pictures(tmp_path: Path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    first = ImageFolder(str(tmp_path), 8).provenance()
    assert first == ImageFolder(str(tmp_path), 16).provenance()
    Image.new("RGB", (8, 8)).save(tmp_path / "b.png")
    assert first != ImageFolder(str(tmp_path), 8).provenance()
