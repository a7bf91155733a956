"""Whatever picture is given, the result is a valid scene with its distance, or one clear message."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from search_toys import write_network

from stillhouse.datasets.scene import validate
from stillhouse.datasets.sketch import SketchError
from stillhouse.engine.search.predicting import Asked, predict_picture
from stillhouse.engine.search.settings import Settings

PHOTOS = Path(__file__).resolve().parents[4] / "shared" / "data" / "photos"
TINY = Settings(size=16, screening=2, steps=3, members=1, evaluations=4, population=4)
DRAW = np.random.default_rng(0)
PIXELS = DRAW.integers(0, 256, (12, 18, 3), np.uint8)
ALPHA = DRAW.integers(0, 256, (9, 9, 4), np.uint8)
DEEP = DRAW.integers(0, 65536, (9, 9), np.uint16)


def picture(array: np.ndarray, mode: str | None = None, **options) -> Callable[[Path], None]:
    """What saves an array as a picture."""
    image = Image.fromarray(array)
    return lambda path: (image.convert(mode) if mode else image).save(path, **options)


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


PICTURES = {
    "point.png": picture(PIXELS[:1, :1]), "column.png": picture(DRAW.integers(0, 256, (2000, 3, 3), np.uint8)),
    "row.png": picture(DRAW.integers(0, 256, (3, 2000, 3), np.uint8)), "alpha.png": picture(ALPHA),
    "clear.png": picture(ALPHA * np.array([1, 1, 1, 0], np.uint8)), "grey_alpha.png": picture(ALPHA, "LA"),
    "grey.png": picture(PIXELS, "L"), "bits.png": picture(PIXELS, "1"), "deep.png": picture(DEEP), "deep.tif": picture(DEEP),
    "whole.tif": picture(DEEP.astype(np.int32)), "float.tif": picture(DRAW.random((9, 9), np.float32)),
    "wild.tif": picture(np.array([[np.nan, np.inf], [-np.inf, 300]], np.float32)), "turned.jpg": picture(PIXELS, exif=turned()),
    "cmyk.jpg": picture(PIXELS, "CMYK"), "cmyk.tif": picture(PIXELS, "CMYK"), "palette.png": picture(PIXELS, "P"),
    "palette_alpha.png": picture(PIXELS, "P", transparency=0), "lab.tif": picture(PIXELS, "LAB"), "lossy.webp": picture(PIXELS),
    "animated.gif": picture(PIXELS, save_all=True, append_images=[Image.fromarray(255 - PIXELS)]),
    "animated.webp": picture(PIXELS, save_all=True, append_images=[Image.fromarray(255 - PIXELS)]),
}  # fmt: skip


def found(path: Path, out: Path, **changes) -> dict:
    """What a tiny search leaves behind."""
    predict_picture(Asked(path, out, **{"run": "none", "image_size": 16, **changes}), TINY)
    return json.loads((out / "result.json").read_text())


def assert_valid_and_measured(record: dict) -> None:
    assert validate(record["scene"]) == (record["scene"], [])
    assert all(math.isfinite(record[name]) and record[name] >= 0 for name in ("loss", "black", "flat"))
    assert record["verdict"] and len(record["stages"]) == 4


@pytest.mark.parametrize(
    ("name", "fit"),
    [*((name, "pad") for name in PICTURES), *((name, "crop") for name in ("point.png", "row.png", "turned.jpg"))],
)
def test_any_picture_gives_a_valid_scene_and_its_distance(tmp_path: Path, name: str, fit: str):
    PICTURES[name](tmp_path / name)
    assert_valid_and_measured(found(tmp_path / name, tmp_path / "out", fit=fit))


@pytest.mark.parametrize(
    "options", [dict(ground="white"), dict(invert=True), dict(ground="white", invert=True, fit="crop")]
)
def test_however_a_transparent_picture_is_read(tmp_path: Path, options: dict):
    PICTURES["alpha.png"](tmp_path / "a.png")
    assert_valid_and_measured(found(tmp_path / "a.png", tmp_path / "out", **options))


def test_an_inverse_model_that_knows_nothing_does_no_harm(tmp_path: Path):
    run = write_network(tmp_path / "run")
    for name in ("row.png", "clear.png"):
        PICTURES[name](tmp_path / name)
        assert_valid_and_measured(found(tmp_path / name, tmp_path / "out" / name, run=str(run)))


def test_the_scale_of_floating_point_pictures(tmp_path: Path):
    """In [0, 1] they are as bright as the same picture in bytes."""
    Image.fromarray(np.full((4, 4), 0.5, np.float32)).save(tmp_path / "float.tif")
    Image.fromarray(np.full((4, 4), 128, np.uint8)).save(tmp_path / "bytes.png")
    black = [found(tmp_path / name, tmp_path / "out" / name)["black"] for name in ("float.tif", "bytes.png")]
    assert black[0] == pytest.approx(black[1], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.png", "half", "truncated"),
        ("cut.jpg", "half", "truncated"),
        ("cut.gif", "head", "no readable picture"),
        ("empty.png", b"", "cannot identify"),
        ("text.png", b"no picture", "cannot identify"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot identify"),
        ("folder.png", None, "Is a directory"),
        ("absent.png", "absent", "No such file"),
    ],
)
def test_what_is_no_whole_picture_is_one_message_and_leaves_nothing(tmp_path: Path, name: str, content, message: str):
    path = tmp_path / name
    if content in ("half", "head"):
        picture(np.tile(PIXELS, (8, 8, 1)))(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if content == "half" else whole[:20])
    elif content is None:
        path.mkdir()
    elif content != "absent":
        path.write_bytes(content)
    with pytest.raises(SketchError, match=message) as refused:
        found(path, tmp_path / "out")
    assert str(path) in str(refused.value) and "expected a whole picture" in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.data
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photographs are not there")
def test_every_photograph_gives_a_valid_scene_and_its_distance(tmp_path: Path):
    paths = sorted(PHOTOS.iterdir())
    assert paths
    for number, path in enumerate(paths):
        record = found(path, tmp_path / path.stem, fit=("pad", "crop")[number % 2], ground="white", invert=True)
        assert_valid_and_measured(record)
        assert record["loss"] > 0.01, "no scene is a photograph, and the record says so"
