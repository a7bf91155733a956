"""The pairwise mode, without a browser."""

import threading
from pathlib import Path

import pytest
from preference_pages import Now, ToySource, rows

from stillhouse.datasets.sketch.preferences import PreferenceError, PreferenceStore
from stillhouse.engine.preferences.page import Plan
from stillhouse.engine.preferences.page.cards import Table
from stillhouse.engine.preferences.page.comparing import Comparing
from stillhouse.engine.preferences.page.sitting import STALE, UNWRITTEN


def sitting(root: Path, source: ToySource | None = None, annotator: str = "Ann", **plan) -> Comparing:
    store = PreferenceStore(root)
    table = Table(source or ToySource(), store)
    return Comparing(table, store.session(annotator, f"toys-{annotator}"), Plan(**plan), Now())


def numbers(view) -> tuple[str, ...]:
    return tuple(card.markup for card in view.shown.shown)


@pytest.mark.parametrize("choice", ["left", "right", "tie", "both_bad", "skip"])
def test_a_choice_is_recorded_as_it_was_seen(tmp_path: Path, choice: str):
    page, sides = sitting(tmp_path, repeat_share=0, seed=1), set()
    for _ in range(12):
        pair = page.view().shown
        page.choose(pair.id, choice, 700)
        row = rows(tmp_path)[-1]
        chosen = {"a": pair.a, "b": pair.b}.get(row["preference"])
        assert chosen == (pair.shown[("left", "right").index(choice)] if choice in ("left", "right") else None)
        assert row["id"] == pair.id and row["swapped"] == pair.swapped and row["response_ms"] == 700
        assert row["preference"] == choice or choice in ("left", "right")
        assert row["a"]["checkpoint"] == "a.pth" and row["b"]["checkpoint"] == "b.pth"
        assert row["a"]["seed"] != row["b"]["seed"]
        sides.add(pair.swapped)
    assert sides == {True, False} and len(rows(tmp_path)) == 12


def test_the_conditions_take_turns(tmp_path: Path):
    page, seen = sitting(tmp_path, repeat_share=0), []
    for _ in range(7):
        seen.append(page.view().shown.condition.label)
        page.choose(page.view().shown.id, "tie")
    assert seen == [0, 1, 2, 0, 1, 2, 0]
    assert [row["class_name"] for row in rows(tmp_path)] == [f"class {i}" for i in seen]


def test_seeds_repeat_only_where_the_plan_says_so(tmp_path: Path):
    one, same, free = (ToySource() for _ in range(3))
    sitting(tmp_path, one, seed=3), sitting(tmp_path, same, seed=3), sitting(tmp_path, free)
    assert one.seeds == same.seeds and not set(free.seeds) & set(one.seeds) and len(set(one.seeds)) == 4


def test_a_pair_is_answered_once_however_often_a_key_is_pressed(tmp_path: Path):
    page = sitting(tmp_path)
    id = page.view().shown.id
    threads = [threading.Thread(target=page.choose, args=(id, choice)) for choice in ("left", "right", "tie", "skip")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row["id"] for row in rows(tmp_path)] == [id]
    assert page.choose(id, "left").notice == "" and page.undo(id).notice == "", "a late press is no fault of anyone"
    assert len(rows(tmp_path)) == 1


def test_a_press_on_what_nobody_knows_is_told_and_not_recorded(tmp_path: Path):
    page = sitting(tmp_path)
    shown = page.view().shown
    view = page.choose("f" * 32, "left")
    assert view.notice == STALE and view.shown is shown
    assert page.choose("", "left").notice == "" and not (tmp_path / "sessions").exists()


def test_what_cannot_be_written_stays_to_be_answered(tmp_path: Path, monkeypatch):
    page = sitting(tmp_path)
    shown = page.view().shown

    def full(*_):
        raise PreferenceError("store", "no place", "some", "Make room.")

    with monkeypatch.context() as patched:
        patched.setattr(page.session.store, "append", full)
        view = page.choose(shown.id, "left")
        assert view.notice == UNWRITTEN and view.shown is shown and view.answered == 0
    assert page.choose(shown.id, "right").answered == 1 and len(rows(tmp_path)) == 1


def test_undo_shows_the_pair_again_on_the_same_sides(tmp_path: Path):
    page = sitting(tmp_path, seed=0)
    assert page.undo(page.view().shown.id).notice == "There is nothing to take back."
    first = page.view()
    second = page.choose(first.shown.id, "left")
    third = page.choose(second.shown.id, "skip")
    back = page.undo(third.shown.id)
    assert numbers(back) == numbers(second) and back.shown.id != second.shown.id and back.answered == 1
    assert page.undo(third.shown.id).notice == STALE, "one press takes back one answer"
    further = page.undo(back.shown.id)
    assert numbers(further) == numbers(first) and further.answered == 0
    seen = []
    view = further
    for _ in range(3):
        seen.append(numbers(view))
        view = page.choose(view.shown.id, "tie")
    assert seen == [numbers(first), numbers(second), numbers(third)], "what was put aside comes back in its order"
    kinds = [row["comparison_type"] for row in rows(tmp_path)]
    assert kinds == ["pairwise"] * 2 + ["undo"] * 2 + ["pairwise"] * 3
    assert len(list(page.session.standing())) == 3


def test_an_undo_that_cannot_be_written_changes_nothing(tmp_path: Path, monkeypatch):
    page = sitting(tmp_path)
    view = page.choose(page.view().shown.id, "left")
    monkeypatch.setattr(page.session.store, "append", lambda *_: (_ for _ in ()).throw(OSError("full")))
    after = page.undo(view.shown.id)
    assert after.notice == UNWRITTEN and after.shown is view.shown and after.answered == 1


def answer(page: Comparing, count: int) -> None:
    for _ in range(count):
        page.choose(page.view().shown.id, "left", 500)


def test_a_restart_goes_on_with_counts_repeats_and_undo(tmp_path: Path):
    page = sitting(tmp_path, repeat_share=0.3)
    answer(page, 40)
    again = sitting(tmp_path, repeat_share=0.3)
    assert again.view().answered == 40 and again.history.repeated == page.history.repeated != set()
    answer(again, 40)
    found = rows(tmp_path)
    repeats = [row["repeat_of"] for row in found if row["repeat_of"]]
    assert 12 <= len(repeats) <= 36 and len(set(repeats)) == len(repeats)
    known = {row["id"]: row for row in found}
    for row in found:
        if row["repeat_of"]:
            first = known[row["repeat_of"]]
            assert {row["a"]["file"], row["b"]["file"]} == {first["a"]["file"], first["b"]["file"]}
            assert row["a"]["file"] == first["a"]["file"], "sides are told by swapped alone"
    assert {known[one]["swapped"] == row["swapped"] for row in found if (one := row["repeat_of"])} == {True, False}
    third = sitting(tmp_path, repeat_share=0.3)
    third.undo(third.view().shown.id)
    assert rows(tmp_path)[-1]["undoes"] == found[-1]["id"]


def test_a_repeat_whose_files_are_gone_is_passed_over(tmp_path: Path):
    page = sitting(tmp_path, repeat_share=0.5)
    answer(page, 30)
    for file in (tmp_path / "parameters").glob("*.npy"):
        file.unlink()
    again = sitting(tmp_path, repeat_share=0.5)
    answer(again, 10)
    assert all(row["repeat_of"] is None for row in rows(tmp_path)[30:]) and len(rows(tmp_path)) == 40


def test_damaged_lines_of_a_session_keep_nobody_from_going_on(tmp_path: Path):
    page = sitting(tmp_path)
    answer(page, 3)
    with page.session.store.session_path(page.session.name).open("ab") as file:
        file.write(b"damaged\n" + b'{"torn')
    again = sitting(tmp_path)
    assert again.view().answered == 3
    answer(again, 1)
    assert sitting(tmp_path).view().answered == 4


def test_what_the_store_refuses_is_drawn_again(tmp_path: Path):
    source = ToySource(broken=2)
    assert sitting(tmp_path, source).view().shown is not None
    assert sitting(tmp_path, ToySource(broken=99)).view().shown is None


def test_a_source_that_fails_is_told(tmp_path: Path, monkeypatch):
    source = ToySource()
    monkeypatch.setattr(source, "draw", lambda *_: 1 / 0)
    view = sitting(tmp_path, source).view()
    assert view.shown is None and "log says why" in view.notice


def test_two_annotators_do_not_meet(tmp_path: Path):
    ann, bob = sitting(tmp_path), sitting(tmp_path, annotator="Bob")
    answer(ann, 3), answer(bob, 2)
    assert (ann.view().answered, bob.view().answered) == (3, 2)
    assert ann.choose(bob.view().shown.id, "left").notice == STALE
    assert sorted(row["annotator"] for row in rows(tmp_path)) == ["Ann"] * 3 + ["Bob"] * 2
