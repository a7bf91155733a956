from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.profile.profile import Profile
from stillhouse.datasets.can.profile.widening import widened

WINDOW = 100
UPPER = ("longest", "largest", "most_flips", "most_repeats", "most_count", "column_bound")
LOWER = ("shortest", "shortest_pair")


@pytest.fixture(scope="module")
def known() -> Profile:
    return Profile.fit([bus(40, seed=1)], WINDOW)


def test_what_a_drive_shows_moves_the_extreme_of_its_identifier_alone(known):
    frames = bus(10, seed=5)
    payload = frames.payload.copy()
    payload[frames.can_id == 0x300, 5] = 77
    plain, profile = (widened(known, [one], WINDOW) for one in (frames, replace(frames, payload=payload)))
    moved = profile.largest[2] > plain.largest[2]
    assert known.can_ids[moved].tolist() == [0x300]


def test_extremes_only_move_out(known):
    profile = widened(known, [bus(10, seed=6), bus(10, seed=7)], WINDOW)
    for name in UPPER:
        assert (getattr(profile, name) >= getattr(known, name)).all(), name
    for name in LOWER:
        assert (getattr(profile, name) <= getattr(known, name)).all(), name
    assert profile.window_s[0] <= known.window_s[0] and profile.window_s[1] >= known.window_s[1]
    assert (profile.dlc >= known.dlc).all()


def test_what_is_usual_stays(known):
    profile = widened(known, [bus(10, seed=6)], WINDOW)
    for name in ("can_ids", "period_s", "usual", "usual_payload", "succession"):
        assert np.array_equal(getattr(profile, name), getattr(known, name)), name


def test_traffic_shorter_than_a_window_says_nothing(known):
    assert widened(known, [bus(10, seed=6)[: WINDOW - 1]], WINDOW) is known
    assert widened(known, [], WINDOW) is known
