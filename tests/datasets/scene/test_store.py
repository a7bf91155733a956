"""Scenes and their images in a folder."""

import json
import multiprocessing
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from scene_strategies import SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.store import SceneStore

HAND = scene(layer(geoWidth=0.07), repetitions=33)


def picture(seed: int = 0, size: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


def test_a_pair_there_and_back(tmp_path: Path):
    store = SceneStore(tmp_path / "s")
    assert store.complete() == [] and store.next_index() == 0
    store.write(12, picture(), HAND)
    assert np.array_equal(store.read_image(12), picture()) and store.read_scene(12) == HAND
    assert sorted(str(path.relative_to(tmp_path / "s")) for path in (tmp_path / "s").rglob("*.*")) == [
        "images/000012.png",
        "params/000012.json",
    ]
    assert json.loads(store.params_path(12).read_text())["Groups.g0.g0-geoWidth"] == 0.07
    assert store.complete() == [12] and store.next_index() == 13


@SETTINGS
@given(scenes())
def test_scenes_are_stored_exactly(tmp_path: Path, given_scene: dict):
    store = SceneStore(tmp_path)
    index = store.next_index()
    store.write(index, picture(size=1), given_scene)
    assert store.read_scene(index) == given_scene


def test_images_are_reduced_by_averaging(tmp_path: Path):
    store = SceneStore(tmp_path)
    store.write(0, picture(size=8), HAND)
    expected = picture(size=8).reshape(4, 2, 4, 2, 3).mean((1, 3))
    assert np.abs(store.read_image(0, 4) - expected).max() <= 1


def test_nothing_is_written_over(tmp_path: Path):
    store = SceneStore(tmp_path)
    store.write(0, picture(), HAND)
    before = store.image_path(0).stat().st_mtime_ns, store.image_path(0).read_bytes()
    store.write(0, picture(), HAND)
    for image, given_scene, name in ((picture(1), HAND, "png"), (picture(), scene(), "json")):
        with pytest.raises(SceneError, match=rf"000000\.{name}: got another content, expected none, or the same"):
            store.write(0, image, given_scene)
    assert (store.image_path(0).stat().st_mtime_ns, store.image_path(0).read_bytes()) == before
    assert not list(tmp_path.rglob(".*"))


def test_without_links_files_appear_whole_and_nothing_is_written_over(tmp_path: Path, monkeypatch):
    def refused(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refused)
    test_nothing_is_written_over(tmp_path)
    assert SceneStore(tmp_path).complete() == [0]


def test_half_a_pair_is_not_complete_and_its_number_is_not_taken(tmp_path: Path):
    store = SceneStore(tmp_path)
    for index in range(3):
        store.write(index, picture(index), HAND)
    store.image_path(2).unlink()
    store.params_path(0).unlink()
    (tmp_path / "images/notes.txt").touch()
    assert store.complete() == [1] and store.next_index() == 3
    store.write(2, picture(2), HAND)
    assert store.complete() == [1, 2]


def test_damaged_files_are_named(tmp_path: Path):
    store = SceneStore(tmp_path)
    store.write(0, picture(size=32), HAND)
    store.write(1, picture(size=32), HAND)
    store.image_path(0).write_bytes(store.image_path(0).read_bytes()[:-20])
    store.params_path(0).write_text("{")
    store.params_path(1).write_text('{"repetitions": 9000}')
    with pytest.raises(SceneError, match=r"000000\.png: got no whole image among \d+ bytes, expected a whole PNG"):
        store.read_image(0)
    with pytest.raises(SceneError, match=r"000000\.json: got no readable scene \(Expecting"):
        store.read_scene(0)
    with pytest.raises(SceneError, match=r"000001\.json: got no readable scene \(repetitions: got 9000"):
        store.read_scene(1)
    with pytest.raises(SceneError, match=r"000007\.png: got no readable file \(No such file"):
        store.read_image(7)
    store.image_path(1).write_bytes(b"not a PNG, though it has IEND1234"[:-4] + b"1234")
    with pytest.raises(SceneError, match=r"000001\.png: got no whole image"):
        store.read_image(1)


@pytest.mark.parametrize("image", [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8), np.zeros((3, 4, 4), np.uint8)])
def test_arrays_that_are_no_images_are_refused(tmp_path: Path, image: np.ndarray):
    with pytest.raises(SceneError, match=r"image 3: got .* expected uint8 of shape \(H, W, 3\)"):
        SceneStore(tmp_path).write(3, image, HAND)
    assert SceneStore(tmp_path).next_index() == 0


def test_a_folder_keeps_to_what_it_was_begun_with(tmp_path: Path):
    store = SceneStore(tmp_path / "s")
    store.claim({"seed": 0, "size": 64})
    store.claim({"size": 64, "seed": 0})
    with pytest.raises(
        SceneError, match=r"generation.json: got size=64, expected size=32\. Go on with the same arguments"
    ):
        store.claim({"seed": 0, "size": 32})
    (tmp_path / "s/generation.json").write_text("?")
    with pytest.raises(SceneError, match=r"generation.json: got no JSON"):
        store.claim({"seed": 0, "size": 64})
    foreign = SceneStore(tmp_path / "f")
    foreign.write(4, picture(), HAND)
    with pytest.raises(SceneError, match=r"f: got 5 numbers in use without generation.json, expected an empty folder"):
        foreign.claim({"seed": 0})


def test_leftovers_of_dead_processes_are_removed(tmp_path: Path):
    store = SceneStore(tmp_path)
    store.write(0, picture(), HAND)
    store.image_path(0).unlink()
    store.params_path(0).unlink()
    child = multiprocessing.get_context("fork").Process(target=int)
    child.start()
    child.join()
    dead = tmp_path / "images" / f".000003.png.{child.pid}.tmp"
    alive = tmp_path / "images" / f".000004.png.{os.getpid()}.tmp"
    dead.touch()
    alive.touch()
    store.claim({"seed": 0})
    assert alive.exists() and not dead.exists()


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(SceneError("a", "b", "c", "D.")))
    assert type(error) is SceneError and str(error) == "a: got b, expected c. D."
