from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.frames import Frames, interleaved
from stillhouse.datasets.can.vehicles import Vehicles, presence, start_of


def other_vehicle(seconds: float, seed: int = 0) -> Frames:
    """The same traffic, under other identifiers but one."""
    frames = bus(seconds, seed)
    return replace(frames, can_id=np.where(frames.can_id == 0x100, 0x100, frames.can_id + 0x11).astype(np.uint32))


@pytest.fixture(scope="module")
def vehicles() -> Vehicles:
    return Vehicles.fit([bus(10), other_vehicle(10), bus(10, seed=1)], 100)


def test_recordings_of_one_vehicle_make_one_profile(vehicles):
    assert len(vehicles.profiles) == 2
    assert vehicles.profiles[0].frames.sum() == 2 * vehicles.profiles[1].frames.sum()


def test_a_recording_finds_its_vehicle(vehicles):
    assert vehicles.match(bus(3, seed=5)) is vehicles.profiles[0]
    assert vehicles.match(other_vehicle(3, seed=5)) is vehicles.profiles[1]


def test_a_stranger_finds_none(vehicles):
    frames = bus(3)
    assert vehicles.match(replace(frames, can_id=frames.can_id + np.uint32(0x22))) is None


def test_fuzzing_under_every_identifier_neither_hides_nor_feigns_a_vehicle(vehicles):
    rng, n = np.random.default_rng(0), 3000
    time = np.sort(rng.uniform(100, 103, n))
    noise = Frames(
        time,
        rng.integers(0, 2048, n).astype(np.uint32),
        np.zeros((n, 8), np.uint8),
        np.full(n, 8, np.uint8),
        np.ones(n, np.uint8),
        "fuzz",
    )
    assert vehicles.match(noise) is None
    assert vehicles.match(interleaved(bus(3), noise)) is vehicles.profiles[0]


def test_presence_hand_values(vehicles):
    whole = bus(3, seed=2)
    assert presence(vehicles.profiles[0], whole) == 1
    assert presence(vehicles.profiles[0], whole.take(whole.can_id != 0x200)) == 0.75


def test_state_round_trip(vehicles):
    again = Vehicles.from_state(vehicles.state())
    for one, other in zip(vehicles.profiles, again.profiles):
        for name, array in one.arrays().items():
            assert array.dtype == getattr(other, name).dtype, name
            np.testing.assert_array_equal(array, getattr(other, name))


def test_start_ignores_pauses_and_steps_back():
    time = np.array([0, 0.5, 1.0, 50.0, 50.5, 50.2, 50.7, 51.6])
    frames = bus(1)[: len(time)]
    assert start_of(replace(frames, timestamp_s=time), 1.6) == 6


def test_no_benign_traffic_is_refused():
    with pytest.raises(CANFormatError, match="no benign recording"):
        Vehicles.fit([], 100)
