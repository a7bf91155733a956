"""Where the requests of all annotators arrive."""

import json
import re
from pathlib import Path

import pytest
from preference_pages import ToySource, rows

from stillhouse.datasets.sketch.preferences import PreferenceStore
from stillhouse.engine.preferences.page import Desk, PageError, Plan
from stillhouse.engine.preferences.page import desk as module


@pytest.fixture
def desk(tmp_path: Path):
    made = Desk(ToySource(), PreferenceStore(tmp_path), plan=Plan(seed=0))
    yield made
    made.close()


def send(desk: Desk, act: str, annotator: str = "Ann", id: str = "", **more) -> str:
    return desk.handle(json.dumps({"act": act, "annotator": annotator, "id": id, **more}))


def shown(html: str) -> str:
    return re.search('data-id="([0-9a-f]*)"', html)[1]


def test_a_name_opens_a_pair_and_a_press_the_next(desk: Desk, tmp_path: Path):
    assert 'data-state="welcome"' in send(desk, "open", "")
    html = send(desk, "begin", "  Ann ")
    assert 'data-state="pair"' in html and 'data-annotator="Ann"' in html
    for act in ("left", "right", "tie", "both_bad", "skip"):
        id = shown(html)
        html = send(desk, act, id=id, ms=400)
        assert rows(tmp_path)[-1]["id"] == id and shown(html) not in ("", id)
    html = send(desk, "undo", id=shown(html))
    assert "Taken back" in html and rows(tmp_path)[-1]["comparison_type"] == "undo"
    assert shown(send(desk, "open")) == shown(html), "a reload shows the same pair"


@pytest.mark.parametrize("act", ["left", "undo", "submit", "open", "begin"])
def test_a_press_before_the_page_has_loaded_does_no_harm(desk: Desk, tmp_path: Path, act: str):
    html = send(desk, act, "")
    assert 'data-state="welcome"' in html and ("give a name" in html) == (act == "begin")
    assert 'data-state="pair"' in send(desk, act) and not (tmp_path / "sessions").exists()


@pytest.mark.parametrize("text", [None, "", "[]", '{"act": "open", "annotator": "<script>"}', '{"act": "fire"}'])
def test_nonsense_is_answered_by_the_welcome(desk: Desk, text: object):
    html = desk.handle(text)
    assert 'data-state="welcome"' in html and "<script>" not in html


def test_ratings(tmp_path: Path):
    desk = Desk(ToySource(), PreferenceStore(tmp_path), "ratings", Plan(grid=5))
    html = send(desk, "begin")
    assert 'data-state="grid"' in html and html.count("sh-rated") == 5
    assert "Rate all 5" in send(desk, "submit", id=shown(html), ratings=[1, 2])
    assert shown(send(desk, "left", id=shown(html))) == shown(html), "no choice between ratings"
    send(desk, "submit", id=shown(html), ratings=[1, 2, 3, 4, 5])
    assert [row["rating"] for row in rows(tmp_path)] == [1, 2, 3, 4, 5]
    desk.close()


def test_sittings_that_are_crowded_out_lose_nothing(desk: Desk, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(module, "MAX_SITTINGS", 2)
    html = send(desk, "begin")
    send(desk, "left", id=shown(html))
    send(desk, "begin", "Bob"), send(desk, "begin", "Cid")
    assert len(desk._sittings) == 2
    assert "1 of 100" in send(desk, "open")


def test_a_session_of_another_version_is_told(desk: Desk, tmp_path: Path):
    html = send(desk, "begin")
    send(desk, "left", id=shown(html))
    (file,) = (tmp_path / "sessions").glob("*")
    file.write_text(file.read_text().replace('"schema": 1', '"schema": 2'))
    again = Desk(ToySource(), PreferenceStore(tmp_path))
    assert module.UNREADABLE in send(again, "open")
    again.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(mode="other"), "mode: got 'other'"),
        (dict(plan=Plan(target=0)), "target: got 0"),
        (dict(plan=Plan(repeat_share=0.6)), "repeat_share: got 0.6"),
        (dict(plan=Plan(grid=3)), "grid: got 3, expected 4 to 8"),
        (dict(plan=Plan(seed=-1)), "seed: got -1"),
        (dict(run="../x"), "run: got '../x'"),
        (dict(run="x" * 41), "run: got"),
    ],
)
def test_arguments_out_of_range(tmp_path: Path, arguments: dict, message: str):
    with pytest.raises(PageError, match=re.escape(message)):
        Desk(ToySource(), PreferenceStore(tmp_path), **arguments)
