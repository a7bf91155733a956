"""Scenes by their short names."""

import json
from pathlib import Path

import pytest
from scene_toys import scenes, write_scenes

from stillhouse.datasets.scene import SceneError, to_entries, to_flat, to_prefixed
from stillhouse.datasets.scene.ref_sources import Places, find_source, numbered, read_scene_file


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "data", tmp_path / "data" / "quality", tmp_path / "output", tmp_path / "predicted")
    write_scenes(found.data, 3)
    write_scenes(found.quality, 2)
    write_scenes(found.output / "explore", 2)
    write_scenes(found.output / "explore.1", 2)
    scene = scenes(5)[4]
    (found.output / "rose.json").write_text(json.dumps(to_prefixed(scene)))
    (found.output / "tulip").mkdir()
    (found.output / "tulip" / "scene.json").write_text(json.dumps({"params": to_entries(scene), "loss": 0.1}))
    (found.output / "tulip" / "scene.png").write_bytes(b"a picture")
    (found.predicted / "iris").mkdir(parents=True)
    (found.predicted / "iris" / "scene.json").write_text(json.dumps(scene))
    return found


def test_every_form_of_a_name(places: Places):
    known = scenes(5)
    expected = {
        "2": 2, "q:1": 1, "out:0": 0, "out:000001": 1, "out:explore.1/1": 1, "out:rose": 4, "out:rose.json": 4, "out:tulip": 4,
        "out:iris": 4,
    }  # fmt: skip
    for name, index in expected.items():
        assert find_source(name, places).scene == known[index], name
    assert find_source("2", places).image == places.data / "images" / "000002.png"
    assert find_source("out:rose", places).image is None
    assert find_source("out:tulip", places).image == places.output / "tulip" / "scene.png"


@pytest.mark.parametrize(
    "name", ["", "x", "-1", "q:", "q:x", "z:1", "1.5", "out:", "out:../rose", "out:/etc/passwd", "out:.hidden",
             "out:a/b", "out:explore/", "out:explore.1/1/1", "³", "1" * 10],
)  # fmt: skip
def test_other_forms_are_refused(places: Places, name: str):
    with pytest.raises(SceneError, match=r"expected ID, q:ID, out:N, out:NAME or out:NAME/N"):
        find_source(name, places)


def test_what_is_not_there(places: Places):
    with pytest.raises(SceneError, match="expected one of 3 numbers from 0 to 2"):
        find_source("7", places)
    with pytest.raises(SceneError, match=r"output/lily\.json, .*predicted/lily/scene\.json"):
        find_source("out:lily", places)
    with pytest.raises(SceneError, match="expected scenes in that folder"):
        find_source("0", Places(places.data / "none"))


def test_folders_and_their_names(places: Places):
    assert {prefix: list(numbered(places, prefix)) for prefix in places.folders()} == {
        "": ["0", "1", "2"], "q:": ["q:0", "q:1"], "out:": ["out:0", "out:1"],
    }  # fmt: skip
    assert Places(places.data / "none", places.data / "none", places.data / "none").folders() == {}


def test_files_of_scenes(tmp_path: Path):
    scene, path = scenes(1)[0], tmp_path / "scene.json"
    for body in (scene, to_flat(scene), {"scene": scene, "loss": 1}, {"params": to_prefixed(scene)}):
        path.write_text(json.dumps(body))
        assert read_scene_file(path) == scene
    for text in ("[]", "3", "{", '{"params": 3}'):
        path.write_text(text)
        with pytest.raises(SceneError, match=r"scene\.json: got no readable scene"):
            read_scene_file(path)
