"""Picture files named on a command line."""

from pathlib import Path

import pytest
from refinable import write_pictures

from stillhouse.engine.sketch.pictures import find_pictures
from stillhouse.engine.sketch.refinement import RefinementError


def test_files_and_folders_at_any_depth_in_their_order(tmp_path: Path):
    folder = write_pictures(tmp_path / "p", ["z.png", "deep/my cat.jpg", "a.JPEG", ".hidden/x.png", "deep/.y.png"])
    (folder / "notes.txt").write_text("no picture")
    single = tmp_path / "odd.ending"
    found = find_pictures([single, folder])
    assert list(found) == ["odd", "a", "deep_my_cat", "z"]
    assert found["deep_my_cat"] == folder / "deep" / "my cat.jpg" and found["odd"] == single


def test_every_picture_has_a_name_of_its_own(tmp_path: Path):
    folder = write_pictures(tmp_path / "p", ["a.jpg", "a.png", "a_png.png", "b/a.jpg"])
    others = write_pictures(tmp_path / "q", ["a.png", "a.jpg"])
    found = find_pictures([folder, others])
    assert len(found) == 6 and len(set(found.values())) == 6
    assert list(found)[:4] == ["a", "a_png", "a_png_png", "b_a"]


def test_a_picture_named_twice_is_one(tmp_path: Path):
    folder = write_pictures(tmp_path / "p", ["a.png", "b.png"])
    assert list(find_pictures([folder / "b.png", folder])) == ["b", "a"]


def test_a_folder_without_pictures_is_refused(tmp_path: Path):
    with pytest.raises(RefinementError, match="holds no picture"):
        find_pictures([tmp_path])
