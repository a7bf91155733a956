"""Pictures of a folder as items of the page."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from preference_pages import rows, write_pictures

from stillhouse.datasets.sketch.preferences import PreferenceStore
from stillhouse.engine.preferences.page import Condition, Desk, PageError
from stillhouse.engine.preferences.page.pictures import MAX_PICTURE, PictureSource


def test_folders_are_classes(tmp_path: Path):
    source = PictureSource(write_pictures(tmp_path))
    assert source.conditions == [Condition(0, "calm"), Condition(1, "storm")]
    drawn = source.draw(source.conditions[1], [5, 6])
    assert all(one.kind == "parameters" and one.array.shape == (3,) for one in drawn)
    assert not np.array_equal(drawn[0].array, drawn[1].array)
    encoded = re.fullmatch('<img alt="" src="data:image/png;base64,([^"]+)">', source.markup(drawn[0].array))[1]
    assert base64.b64decode(encoded) in [file.read_bytes() for file in (tmp_path / "storm").glob("*.png")]
    assert len(source.draw(source.conditions[0], range(30))) == 30


def test_a_flat_folder_is_one_class(tmp_path: Path):
    write_pictures(tmp_path, ("",), 2)
    assert PictureSource(tmp_path).conditions == [Condition()]


def test_through_the_page_into_the_store(tmp_path: Path):
    desk = Desk(PictureSource(write_pictures(tmp_path / "pictures")), PreferenceStore(tmp_path / "store"))
    html = desk.handle('{"act": "begin", "annotator": "Ann"}')
    id = re.search('data-id="([0-9a-f]+)"', html)[1]
    desk.handle(f'{{"act": "left", "annotator": "Ann", "id": "{id}"}}')
    desk.close()
    (row,) = rows(tmp_path / "store")
    assert row["a"]["kind"] == "parameters" and row["class_name"] == "calm"
    assert len(np.load(tmp_path / "store" / row["a"]["file"])) == 3


def test_what_cannot_be_used_is_named(tmp_path: Path):
    write_pictures(tmp_path, ("one",), 3)
    source = PictureSource(tmp_path)
    cases = [
        ("0.npy", b"", "no parameters can be read"),
        ("0.npy", b"\x93NUMPY no", "no parameters can be read"),
        ("0.png", b"GIF89a", "expected a PNG of at most"),
        ("0.png", b"\x89PNG\r\n\x1a\n" + b"0" * MAX_PICTURE, "expected a PNG of at most"),
    ]
    for name, content, message in cases:
        file = tmp_path / "one" / name
        kept = file.read_bytes()
        file.write_bytes(content)
        with pytest.raises(PageError, match=message):
            PictureSource(tmp_path)
        file.write_bytes(kept)
    for array in (np.zeros((2, 2)), np.array([np.inf]), np.array([np.nan]), np.zeros(0), np.array([1e7])):
        np.save(tmp_path / "one" / "0.npy", array)
        with pytest.raises(PageError, match=r"expected \(N,\) numbers up to"):
            PictureSource(tmp_path)
    for array in (np.zeros(20_000), np.array([{}])):
        np.save(tmp_path / "one" / "0.npy", array, allow_pickle=True)
        with pytest.raises(PageError, match="no parameters can be read"):
            PictureSource(tmp_path)
    with pytest.raises(PageError, match="no longer in the folder"):
        source.markup(np.ones(3))
    for file in list((tmp_path / "one").glob("[12].*")):
        file.unlink()
    np.save(tmp_path / "one" / "0.npy", np.ones(3))
    with pytest.raises(PageError, match="holds 1 pictures, expected at least 2"):
        PictureSource(tmp_path)
    with pytest.raises(FileNotFoundError):
        PictureSource(tmp_path / "nowhere")
