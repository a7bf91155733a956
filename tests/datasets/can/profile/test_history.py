import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillhouse.datasets.can.frames import Frames
from stillhouse.datasets.can.profile.history import History


def frames(times, ids, first_bytes) -> Frames:
    payload = np.zeros((len(times), 8), np.uint8)
    payload[:, 0] = first_bytes
    dlc = np.full(len(times), 8, np.uint8)
    return Frames(np.array(times, float), np.array(ids, np.uint32), payload, dlc, None, "test")


def test_hand_values():
    found = History(2).feed(frames([0, 1, 3, 4, 9], [0] * 5, [7, 7, 7, 8, 8]), np.array([0, 1, 0, 0, 0]))
    assert np.isnan(found.interval_s[[0, 1]]).all()
    assert found.interval_s[2:].tolist() == [3, 1, 5]
    assert np.isnan(found.pair_s[:3]).all() and found.pair_s[3:].tolist() == [4, 6]
    assert found.previous[:, 0].tolist() == [7, 7, 7, 7, 8]
    assert found.repeats.tolist() == [0, 0, 1, 0, 1]
    assert found.before.tolist() == [-1, 0, 1, 0, 0]


def test_unknown_identifiers_are_not_remembered():
    history = History(1)
    found = history.feed(frames([0, 1, 2], [5, 5, 5], [1, 2, 3]), np.array([1, 1, 1]))
    assert np.isnan(found.interval_s).all() and np.isnan(history.last_s).all()


def test_a_step_back_counts_as_the_shortest_interval():
    found = History(1).feed(frames([5, 4], [0, 0], [0, 0]), np.array([0, 0]))
    assert found.interval_s[1] == pytest.approx(1e-6)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=60),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_chunks_do_not_matter(rows, cuts):
    place = np.array([row[0] for row in rows])
    whole = frames(np.arange(len(rows)) * 0.5, place, [row[1] for row in rows])
    expected = History(3).feed(whole, place)
    history, edges = History(3), [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    parts = [history.feed(whole[a:b], place[a:b]) for a, b in itertools.pairwise(edges)]
    for name in ("interval_s", "pair_s", "previous", "repeats", "before"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(expected, name), err_msg=name)
