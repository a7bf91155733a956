"""Pictures in, files out."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from search_toys import TRUE, objective, scene, vector

from stillhouse.datasets.scene.url_codec import decode_scene
from stillhouse.datasets.sketch.errors import SketchError
from stillhouse.engine.search.found import Found
from stillhouse.engine.search.output import FILES, write_found
from stillhouse.engine.search.table import parameter_table
from stillhouse.engine.search.target import read_target

LAYER = {"rotation": 0.5, "positionX": 0.25, "positionY": 0.0, "scaleX": 1.0, "scaleY": 1.0, "geometry": "u"}


def found(of, **changes) -> Found:
    chosen = vector(**changes)
    return Found("start", chosen, float(of(chosen[None])[0]), [(1, 0.5)], 1, chosen[None])


def test_every_kind_of_picture_is_a_target(tmp_path: Path):
    grey = Image.new("L", (30, 10), 128)
    for name, image in {
        "grey.png": grey, "deep.png": Image.fromarray(np.full((7, 9), 30000, np.uint16)), "palette.gif": grey.convert("P"),
        "one.png": grey.convert("1"), "cmyk.jpg": grey.convert("CMYK"), "tiny.bmp": Image.new("RGB", (1, 1), (9, 9, 9)),
    }.items():  # fmt: skip
        image.save(tmp_path / name)
        read = read_target(tmp_path / name, 16)
        assert read.shape == (3, 16, 16) and read.dtype == torch.float32 and 0 <= read.min() <= read.max() <= 1, name
    wide = read_target(tmp_path / "grey.png", 30)
    assert wide[:, 0].max() == 0 and wide[0, 15].tolist() == pytest.approx([128 / 255] * 30)
    assert read_target(tmp_path / "grey.png", 30, ground="white")[:, 0].min() == 1
    assert read_target(tmp_path / "grey.png", 30, fit="crop").std() < 1e-6
    assert read_target(tmp_path / "grey.png", 30, invert=True)[:, 0].min() == 1


def test_transparent_pixels_are_black_and_a_turned_picture_is_turned(tmp_path: Path):
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    clear.paste((0, 255, 0, 255), (0, 0, 8, 4))
    clear.save(tmp_path / "a.png")
    read = read_target(tmp_path / "a.png", 8)
    assert read[1, :4].min() == 1 and read[:, 4:].max() == 0
    exif = Image.Exif()
    exif[0x0112] = 6
    clear.convert("RGB").save(tmp_path / "b.png", exif=exif)
    assert read_target(tmp_path / "b.png", 8)[1, :, 4:].min() == 1, "the upper half goes to the right"


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(SketchError, match="no readable picture"):
        read_target(tmp_path / "a.png", 16)


def test_everything_is_written_and_the_code_is_the_scene(tmp_path: Path):
    of = objective()
    stages = [found(of), found(of, **TRUE, layers=[LAYER])]
    record = write_found(tmp_path / "deep" / "out", stages, of, torch.zeros(3, 40, 40), {"picture": "x.png"})
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == sorted(FILES)
    known = json.loads((tmp_path / "deep" / "out" / "result.json").read_text())
    assert known == json.loads(json.dumps(record)) and known["picture"] == "x.png"
    assert json.loads((tmp_path / "deep" / "out" / "scene.json").read_text()) == stages[1].scene == known["scene"]
    assert known["url"] == f"/render?c={known['code']}"
    assert decode_scene(known["code"])[0]["geometry"] == "square"
    assert known["code_loss"] == pytest.approx(known["loss"], abs=2e-3)
    assert [one["loss"] for one in known["stages"]] == [one.loss for one in stages]
    assert 0 < known["share"] < 1 and known["black"] > known["loss"]
    assert cv2.imread(str(tmp_path / "deep" / "out" / "scene.png")).shape == (40, 40, 3)
    sheet = cv2.imread(str(tmp_path / "deep" / "out" / "stages.png"))
    assert sheet.shape == (257 + 44, 3 * 257, 3)
    target = (255 * of.target[:, 8, 8]).round().tolist()
    assert sheet[8 * 16 + 8, 8 * 16 + 8][::-1].tolist() == pytest.approx(target, abs=1)


def test_a_loss_that_is_not_finite_is_null_in_the_record(tmp_path: Path):
    of = objective()
    endless = Found("start", vector(), float("inf"), [(1, float("inf"))], 1)
    write_found(tmp_path, [endless], of, torch.zeros(3, 8, 8), {})
    known = json.loads((tmp_path / "result.json").read_text())
    assert known["loss"] is None and known["stages"][0]["history"] == [[1, None]]


def test_the_table_has_every_parameter_and_the_layers():
    text = parameter_table(scene(), scene(repetitions=77, noiseEnabled=True, layers=[LAYER]))
    assert "| repetitions         | 120" in text and "| 77 " in text
    assert "1 layer; began with 0." in text
    layer = next(line for line in text.splitlines() if line.startswith("| positionX "))
    assert "0.25" in layer and "-2 to 2" in layer
    row = next(line for line in text.splitlines() if line.startswith("| stepFactor ") and "layer" not in line)
    assert row.split("|")[2].strip() == "0.13"
    assert "| color          | - " in text
    assert "layer 1" not in parameter_table(scene(), scene())
