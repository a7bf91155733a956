"""The rating mode, without a browser."""

from pathlib import Path

import pytest
from preference_pages import Now, ToySource, rows

from stillhouse.datasets.sketch.preferences import PreferenceError, PreferenceStore
from stillhouse.engine.preferences.page import Plan
from stillhouse.engine.preferences.page.cards import Table
from stillhouse.engine.preferences.page.rating import RatingSitting
from stillhouse.engine.preferences.page.sitting import STALE, UNWRITTEN


def sitting(root: Path, **plan) -> RatingSitting:
    store = PreferenceStore(root)
    table = Table(ToySource(), store)
    return RatingSitting(table, store.session("Ann", "toys"), Plan(**{"grid": 4, **plan}), Now())


def test_a_grid_is_recorded_whole_and_once(tmp_path: Path):
    page = sitting(tmp_path)
    grid = page.view().shown
    after = page.submit(grid.id, (1, 5, 3, 3), 4000)
    found = rows(tmp_path)
    assert [row["rating"] for row in found] == [1, 5, 3, 3] and [row["id"] for row in found] == list(grid.ids)
    assert [row["item"]["file"] for row in found] == [card.item.file for card in grid.cards]
    assert {(row["class_name"], row["response_ms"]) for row in found} == {("class 0", 4000)}
    assert after.answered == 4 and after.shown.condition.label == 1
    assert page.submit(grid.id, (2, 2, 2, 2)).notice == "" and len(rows(tmp_path)) == 4
    assert page.submit("f" * 32, (2, 2, 2, 2)).notice == STALE


@pytest.mark.parametrize("ratings", [(), (1, 2, 3), (1, 2, 3, 0), (1, 2, 3, 6), (1, 2, 3, 4, 5)])
def test_an_unfinished_grid_stays_with_what_was_given(tmp_path: Path, ratings: tuple):
    page = sitting(tmp_path)
    grid = page.view().shown
    after = page.submit(grid.id, ratings)
    assert after.notice == "Rate all 4 from 1 to 5 first." and after.shown.id == grid.id and not rows(tmp_path)
    assert after.shown.ratings == (ratings if len(ratings) == 4 else ())


def test_a_disk_that_fills_up_in_the_middle(tmp_path: Path, monkeypatch):
    page = sitting(tmp_path)
    grid, append = page.view().shown, page.session.store.append
    room = [2]

    def filling(entry):
        room[0] -= 1
        if room[0] < 0:
            raise PreferenceError("store", "no place", "some", "Make room.")
        append(entry)

    monkeypatch.setattr(page.session.store, "append", filling)
    after = page.submit(grid.id, (1, 2, 3, 4))
    assert after.notice == UNWRITTEN and after.shown.ratings == (1, 2, 3, 4) and after.answered == 0
    room[0] = 99
    assert page.submit(grid.id, (1, 5, 3, 4)).answered == 4
    standing = list(page.session.standing())
    assert sorted(record.rating for record in standing) == [1, 3, 4, 5]
    assert len({record.item.file for record in standing}) == 4


def test_undo_takes_the_grid_back_with_its_ratings_even_after_a_restart(tmp_path: Path):
    page = sitting(tmp_path)
    first = page.view().shown
    page.submit(first.id, (1, 2, 3, 4), 900)
    second = page.view().shown
    page.submit(second.id, (5, 5, 5, 5), 901)
    again = sitting(tmp_path)
    assert again.view().answered == 8
    back = again.undo(again.view().shown.id)
    assert [card.item.file for card in back.shown.cards] == [card.item.file for card in second.cards]
    assert back.shown.ratings == (5, 5, 5, 5) and back.answered == 4
    back = again.undo(back.shown.id)
    assert back.shown.ratings == (1, 2, 3, 4) and back.answered == 0 and not list(again.session.standing())
    again.submit(back.shown.id, (4, 3, 2, 1))
    assert [record.rating for record in again.session.standing()] == [4, 3, 2, 1]
