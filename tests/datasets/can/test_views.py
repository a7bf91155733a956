from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.vehicles import Vehicles
from stillhouse.datasets.can.views import Viewing, test_view, training_views, validation_views

test_view.__test__ = False  # pytest collects functions of this name


@pytest.fixture(scope="module")
def vehicles() -> Vehicles:
    return Vehicles.fit([bus(20)], 100)


def stranger(seconds: float):
    frames = bus(seconds, seed=7)
    return replace(frames, can_id=frames.can_id + np.uint32(0x22))


def test_no_training_view_is_described_by_its_own_frames(vehicles):
    views = list(training_views(bus(24), vehicles, Viewing(adapt_s=5.0, starts=2), attack_free=True))
    assert len(views) == 8
    genuine, attacked = views[::2], views[1::2]
    assert all(view.described.profile.frames.sum() < len(bus(24)) / 1.9 for view in views)
    assert not any(view.frames.attack.any() for view in genuine)
    assert all(view.frames.attack.any() for view in attacked)
    assert [int(view.described.profile.frames.sum()) < 1500 for view in genuine] == [False, False, True, True]


def test_a_training_recording_with_attacks_keeps_its_labels(vehicles):
    frames = bus(20, seed=3)
    label = (np.arange(len(frames)) > len(frames) * 0.6).astype(np.uint8)
    known, new = training_views(replace(frames, label=label), vehicles, Viewing(), attack_free=False)
    assert known.described.profile is vehicles.profiles[0] and len(known.frames) == len(frames)
    assert len(new.frames) < len(frames) and new.described.profile.frames.sum() < 1500


def test_of_attacks_put_into_validation_only_attacked_windows_count(vehicles):
    frames = bus(20, seed=4)
    views = list(validation_views(frames, frames[:1300], vehicles, Viewing(), attack_free=True))
    assert [view.only_attacks for view in views] == [False, True, False, True]


def test_a_known_vehicles_profile_is_widened_by_the_start(vehicles):
    frames, known = bus(10, seed=5), vehicles.profiles[0]
    payload = frames.payload.copy()
    payload[frames.can_id == 0x300, 5] = 77
    view = test_view(replace(frames, payload=payload), vehicles, Viewing())
    profile = view.described.profile
    assert view.frames.timestamp_s[0] >= frames.timestamp_s[0] + 4.9
    assert np.array_equal(profile.can_ids, known.can_ids) and np.array_equal(profile.period_s, known.period_s)
    assert profile.largest[2, 2] > known.largest[2, 2] and (profile.largest >= known.largest).all()
    assert view.described.evidence[:, 6].max() < 0.5


def test_a_stranger_is_described_by_its_start_and_seen_behind_it(vehicles):
    frames = stranger(15)
    view = test_view(frames, vehicles, Viewing(adapt_s=5.0))
    assert set(view.described.profile.can_ids) == set(np.unique(frames.can_id))
    assert view.frames.timestamp_s[0] >= frames.timestamp_s[0] + 5.0


@pytest.mark.parametrize("bad", [dict(adapt_s=0.0), dict(starts=-1), dict(injected=-1), dict(share=1.0)])
def test_values_out_of_range_are_refused(bad):
    with pytest.raises(CANFormatError):
        Viewing(**bad)


def test_a_stranger_without_anything_behind_its_start_is_refused(vehicles):
    with pytest.raises(CANFormatError, match="a start of 5"):
        test_view(stranger(15)[:150], vehicles, Viewing())
