from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.frames import Frames, interleaved
from stillhouse.datasets.can.profile import Profile
from stillhouse.datasets.can.profile.robust import benign_parts


def flood(start_s: float, length_s: float, can_id: int, byte: int) -> Frames:
    number = int(length_s / 0.002)
    payload = np.full((number, 8), byte, np.uint8)
    time = start_s + np.arange(number) * 0.002
    ids = np.full(number, can_id, np.uint32)
    return Frames(time, ids, payload, np.full(number, 8, np.uint8), np.ones(number, np.uint8), "flood")


@pytest.mark.parametrize("can_id", [0x000, 0x200])
def test_a_contaminated_second_is_left_out(can_id):
    start = interleaved(bus(10), flood(103.0, 2.0, can_id, 0xEE))
    parts = benign_parts(start, 100)
    kept = sum(len(part) for part in parts)
    assert sum(int(part.attack.sum()) for part in parts) <= 2  # at the edges of a block
    assert kept > 0.6 * (~start.attack).sum()


def test_benign_traffic_is_kept_whole():
    start = bus(10)
    assert [len(part) for part in benign_parts(start, 100)] == [len(start)]


def test_a_short_start_is_kept():
    start = bus(1)
    assert [len(part) for part in benign_parts(start, 100)] == [len(start)]


@pytest.mark.parametrize("can_id", [0x000, 0x200])
def test_of_a_known_vehicle_even_a_start_under_attack_throughout_is_left_out(can_id):
    start = interleaved(bus(10), flood(100.0, 9.9, can_id, 0xEE))
    assert benign_parts(start, 100, Profile.fit([bus(20)])) == []


def test_of_a_known_vehicle_new_payloads_are_kept():
    start = bus(10, seed=3)
    payload = start.payload.copy()
    payload[start.can_id == 0x300, 4] = 200
    parts = benign_parts(replace(start, payload=payload), 100, Profile.fit([bus(20)]))
    assert sum(len(part) for part in parts) == len(start)
