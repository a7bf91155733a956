"""What an annotator has answered."""

from dataclasses import replace

from stillhouse.datasets.sketch.preferences import Comparison, Item
from stillhouse.engine.preferences.page.history import KEPT, History
from stillhouse.engine.preferences.page.repeats import GAP, repeat_due


def record(preference: str = "a", **more) -> Comparison:
    items = dict(a=Item("parameters/" + "a" * 64 + ".npy"), b=Item("parameters/" + "b" * 64 + ".npy"))
    return Comparison(session="s", annotator="Ann", preference=preference, **items, **more)


def test_counts_go_up_and_down():
    first = record()
    history = History([first, record("skip"), record("both_bad", repeat_of=first.id)])
    assert (history.count, history.answered, history.repeated) == (3, 2, {first.id})
    history.take_back()
    assert (history.count, history.answered, history.repeated) == (2, 1, set())
    history.add(record())
    assert (history.count, history.answered, len(history.recent)) == (3, 2, 3)


def test_memory_is_bounded():
    history = History(record() for _ in range(KEPT + 100))
    assert history.count == KEPT + 100 and len(history.recent) == KEPT


def test_the_rate_is_that_of_the_usual_pause():
    times = iter([0.0, 2.0, 4.0, 100.0, 102.0])
    history = History(clock=lambda: next(times))
    for expected in (None, None, 30.0, 30.0):
        history.add(record())
        assert history.rate == expected


def test_items_answered_together_share_the_time():
    times = iter([0.0, 12.0])
    history = History(clock=lambda: next(times))
    history.add(*(record() for _ in range(6)))
    assert history.rate == 30.0 and history.count == 6


def test_repeats_are_a_function_of_the_history():
    history, shown = History(), []
    for _ in range(1000):
        due = repeat_due(history, 0.1, "sitting")
        again = History(list(history.recent))
        if history.count <= KEPT:
            assert repeat_due(again, 0.1, "sitting") == due
        if due is not None:
            assert due.repeat_of is None and due not in list(history.recent)[-GAP:]
            shown.append(due.id)
        history.add(record(repeat_of=due.id if due else None))
    assert 70 <= len(shown) <= 130 and len(set(shown)) == len(shown)
    assert repeat_due(history, 0, "sitting") is None


def test_skips_and_repeats_are_not_repeated():
    one = record()
    skips = [record("skip"), replace(record(), repeat_of="c" * 32)] * 20
    dues = [repeat_due(History([*skips, one, *skips[:n]]), 0.5, "sitting") for n in range(4, 40)]
    assert set(dues) <= {one, None} and one in dues
    assert dues[0] is None, "fewer than the gap have come since"
