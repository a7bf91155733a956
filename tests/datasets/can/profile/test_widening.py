from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.profile.profile import Profile
from stillhouse.datasets.can.profile.widening import LOWER, UPPER, widened

WINDOW = 100


@pytest.fixture(scope="module")
def known() -> Profile:
    return Profile.fit([bus(40, seed=1)], WINDOW)


def with_byte(frames, rows: np.ndarray, value: int):
    payload = frames.payload.copy()
    payload[rows & (frames.can_id == 0x300), 5] = value
    return replace(frames, payload=payload)


def reach(profile: Profile) -> float:
    """How surprising a value of a byte of 0x300 may be."""
    return profile.largest[2, np.flatnonzero(profile.can_ids == 0x300)[0]]


def test_what_most_of_the_drive_shows_becomes_usual(known):
    frames = bus(10, seed=5)
    profile = widened(known, [with_byte(frames, np.ones(len(frames), bool), 77)], WINDOW)
    assert reach(profile) > reach(known)


def test_a_short_attack_does_not_make_itself_usual(known):
    frames = bus(10, seed=5)
    fifth = np.arange(len(frames)) < len(frames) // 5
    assert reach(widened(known, [with_byte(frames, fifth, 77)], WINDOW)) == reach(widened(known, [frames], WINDOW))


def test_extremes_only_move_out(known):
    profile = widened(known, [bus(10, seed=6)], WINDOW)
    for name in UPPER:
        assert (getattr(profile, name) >= getattr(known, name)).all(), name
    for name in LOWER:
        assert (getattr(profile, name) <= getattr(known, name)).all(), name
    assert profile.window_s[0] <= known.window_s[0] and profile.window_s[1] >= known.window_s[1]
    assert (profile.dlc >= known.dlc).all()


def test_traffic_shorter_than_a_window_says_nothing(known):
    assert widened(known, [bus(10, seed=6)[: WINDOW - 1]], WINDOW) is known
    assert widened(known, [], WINDOW) is known


def test_a_single_block_counts_whole(known):
    frames = bus(10, seed=5)[: 2 * WINDOW]
    profile = widened(known, [with_byte(frames, np.arange(len(frames)) > 50, 77)], WINDOW)
    assert reach(profile) > reach(known)
