import numpy as np
import pytest
from regular_bus import PERIODS_S, bus

from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.profile import Profile


@pytest.fixture(scope="module")
def profile() -> Profile:
    return Profile.fit([bus(20)])


def test_identifiers_and_periods(profile):
    assert profile.can_ids.tolist() == list(PERIODS_S)
    assert profile.period_s == pytest.approx(list(PERIODS_S.values()), rel=0.02)
    assert profile.frames.tolist() == [2000, 2000, 1000, 200]


def test_what_changes_and_what_does_not(profile):
    assert profile.changing[0] > 0.99 and profile.changing[3] == 0
    assert profile.most_flips[0] == 4 and profile.most_flips[3] == 0
    assert profile.most_repeats[3] == 199
    assert profile.dlc.sum(axis=1).tolist() == [1] * 4


def test_a_counter_is_expected_to_count(profile):
    step, jump = profile.delta_surprise[0, 0, [1, 7]]
    assert step < 0.2 and jump > 5


def test_places_are_known_or_last(profile):
    assert profile.place(np.array([0x100, 0x400, 0x999, 0])).tolist() == [0, 3, 4, 4]


def test_successions_are_probabilities(profile):
    total = np.exp(-profile.succession.astype(float)).sum(axis=1)
    assert total == pytest.approx(np.ones(5), abs=1e-5)


def test_stretches_are_not_joined():
    """The time between two stretches is no interval."""
    parts = [bus(4), bus(4, start_s=500.0)]
    assert Profile.fit(parts).longest.max() < 1


def test_too_little_traffic_is_refused():
    with pytest.raises(CANFormatError, match="fewer than 100 frames"):
        Profile.fit([bus(20)[:99]])
