"""The page of scenes: what it shows, and what a press does."""

import json
import re
from pathlib import Path

import pytest
import scene_toys

from stillhouse.datasets.scene.identity import scene_key
from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.datasets.scene.ref_sources import Places
from stillhouse.engine.preferences.page import PageError
from stillhouse.engine.scene.curation.page import CurationDesk
from stillhouse.engine.scene.curation.page.desk import PER_PAGE
from stillhouse.engine.scene.curation.page.request import Request, parse_request
from stillhouse.engine.scene.curation.pictures import Pictures

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def desk(tmp_path: Path) -> CurationDesk:
    places = Places(tmp_path / "data", tmp_path / "quality", tmp_path / "output")
    scene_toys.write_scenes(places.data, PER_PAGE + 2)
    scene_toys.write_scenes(places.output / "explore", 3)
    file = RefFile(tmp_path / "refs.jsonl")
    file.add(scene_toys.scenes(2))
    small, large = (Pictures(dict(type="ToyRenderer", size=size), tmp_path / "pictures") for size in (8, 16))
    return CurationDesk(file, places, small, large)


def press(desk: CurationDesk, act: str = "open", **more) -> str:
    return desk.handle(json.dumps({"act": act, **more}))


def cards(html: str) -> list[str]:
    return re.findall(r'data-name="([^"]*)"', html)


def test_references_are_shown_first_and_folders_that_are_there(desk: CurationDesk):
    html = press(desk)
    assert cards(html) == ["line:1", "line:2"] and html.count("data:image/png;base64,") == 2
    assert "References (2)" in html and ">Data<" in html and ">Explored<" in html and ">Quality<" not in html


def test_pages_of_a_folder(desk: CurationDesk):
    assert cards(press(desk, shelf="", page=0)) == [str(i) for i in range(PER_PAGE)]
    last = press(desk, shelf="", page=1)
    assert cards(last) == [str(PER_PAGE), str(PER_PAGE + 1)] == cards(press(desk, shelf="", page=99))
    assert "2 of 2" in last and cards(press(desk, shelf="out:")) == ["out:0", "out:1", "out:2"]


def test_keep_remove_and_undo(desk: CurationDesk):
    html = press(desk, "keep", shelf="out:", name="out:2")
    assert "out:2 is now line 3." in html and len(desk.file.refs()) == 3 and html.count(">Kept<") == 3
    assert "already line 3" in press(desk, "keep", name="out:2")
    key = scene_key(scene_toys.scenes(1)[0])
    assert "Line 1 is removed" in press(desk, "remove", name="line:1", key=key)
    assert [scene_key(ref.scene) for ref in desk.file.refs()] == [scene_key(one) for one in scene_toys.scenes(3)[1:]]
    assert "got another scene" in press(desk, "remove", name="line:1", key=key), "the lines have moved"
    assert "3 references" in press(desk, "undo") and "2 references" in press(desk, "undo")


def test_two_scenes_side_by_side(desk: CurationDesk):
    html = press(desk, compared=["line:1", "out:2", "3"])
    pair = html.split('class="cu-pair"')[1].split('class="cu-grid"')[0]
    assert cards(pair) == ["line:1", "out:2"] and ">Close<" in pair
    assert cards(press(desk, compared=["line:77", "out:99"])) == ["line:1", "line:2"]


@pytest.mark.parametrize(
    "more",
    [dict(act="keep", name="out:../../etc/passwd"), dict(act="keep", name=HOSTILE), dict(act="remove", name="line:1"),
     dict(act="remove", name="line:9", key="a"), dict(act="delete"), dict(shelf=HOSTILE, page=-1, compared=[HOSTILE, 3])],
)  # fmt: skip
def test_a_hostile_request_changes_nothing(desk: CurationDesk, more: dict):
    before = desk.file.path.read_bytes()
    html = desk.handle(json.dumps({"act": "open", **more}))
    assert desk.file.path.read_bytes() == before and "<img src=x" not in html and cards(html) == ["line:1", "line:2"]


@pytest.mark.parametrize("text", [None, 3, "", "[]", "{", '{"act": "open"' + " " * 5000 + "}", "[" * 4000])
def test_requests_of_another_form(desk: CurationDesk, text):
    with pytest.raises(PageError, match="Reload the page"):
        parse_request(text)
    assert "Reload the page" in desk.handle(text)


def test_values_out_of_range_are_dropped():
    content = {"act": "keep", "shelf": "x", "page": True, "name": "a b", "key": 3, "compared": "line:1"}
    assert parse_request(json.dumps(content)) == Request("keep")


def test_a_full_disk_is_told(desk: CurationDesk, monkeypatch):
    monkeypatch.setattr(desk.file, "add", lambda scenes: (_ for _ in ()).throw(OSError(28, "No space")))
    assert "the server cannot write" in press(desk, "keep", name="out:2")
