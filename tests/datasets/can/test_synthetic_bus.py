"""Arbitration, payloads, vehicles and attacks, by hand values."""

from itertools import pairwise

import numpy as np
import pytest

from stillhouse.datasets.can.attacks import ATTACKS, Scene, plan_episodes
from stillhouse.datasets.can.bus import arbitrate, concatenate, frame_us, traffic
from stillhouse.datasets.can.drive import drive_cycle
from stillhouse.datasets.can.payload import Checksum, Constant, Counter, Enumeration, Level, crc8, encode
from stillhouse.datasets.can.senders import HELD_OUT, TRAINING, Interval, benign_traffic
from stillhouse.datasets.can.vehicle import DIAGNOSTIC_IDS, build_vehicle


def released(*frames):
    """Frames of 8 bytes from (time, ID, mailbox)."""
    times, ids, boxes = zip(*frames)
    return concatenate([traffic(np.array(times), np.array(ids), np.zeros(8), mailbox=np.array(boxes))])


def test_an_eight_byte_frame_takes_a_quarter_of_a_millisecond():
    assert frame_us(np.array([8, 5, 2, 0])).tolist() == [238, 186, 134, 100]


def test_the_lowest_waiting_id_goes_first_and_none_is_interrupted():
    wire = arbitrate(released((0, 0x300, -1), (10, 0x200, -1), (20, 0x100, -1), (2000, 0x300, -1)))
    assert wire.can_id.tolist() == [0x300, 0x100, 0x200, 0x300]
    assert wire.time_us.tolist() == [238, 476, 714, 2238]


def test_a_refilled_mailbox_loses_the_older_frame_and_a_queue_does_not():
    flood = [(5 * i, 0x000, -1) for i in range(4)]
    lost = arbitrate(released(*flood, (1, 0x300, 7), (500, 0x300, 7)))
    queued = arbitrate(released(*flood, (1, 0x300, -1), (500, 0x300, -1)))
    assert (lost.can_id == 0x300).sum() == 1 and (queued.can_id == 0x300).sum() == 2


def test_frames_of_one_id_keep_their_order():
    frames = [traffic(np.array([0, 1, 2]), 0x100, np.arange(3)[:, None] * np.ones(8, int))]
    assert arbitrate(concatenate(frames)).payload[:, 0].tolist() == [0, 1, 2]


def test_crc8_of_the_standard_check_string():
    assert crc8(np.frombuffer(b"123456789", np.uint8)[None]).tolist() == [0x4B]


def test_encode_by_hand():
    fields = (
        Level(0, "speed", 2, 0.5, 0.25, 0.0),
        Enumeration(2, "gear", (7, 9)),
        Constant(3, 0xAB),
        Counter(6, 0xC),
        Checksum(7, 0x55, use_crc=False),
    )
    values = {"speed": np.array([0.0, 1.0]), "gear": np.array([1.0, 2.0]), "noise": np.zeros(2)}
    payload = encode(fields, values, np.array([15, 16]))
    assert payload[0, :7].tolist() == [0x40, 0x00, 9, 0xAB, 0, 0, 0xCF]
    assert payload[1, :7].tolist() == [0xBF, 0xFF, 7, 0xAB, 0, 0, 0xC0]
    assert (np.bitwise_xor.reduce(payload, axis=1) == 0x55).all()


def test_half_of_the_ids_are_common_and_mean_different_things():
    a, b = build_vehicle("A", 0), build_vehicle("B", 0)
    common = sorted(set(a.ids) & set(b.ids))
    assert 0.4 < len(common) / len(b.ids) < 0.6
    assert all(a.message(i).fields != b.message(i).fields for i in common)


def test_an_id_that_the_vehicle_does_not_send():
    with pytest.raises(KeyError, match="vehicle A does not send 0x7FF; it sends"):
        build_vehicle("A", 0).message(0x7FF)


def test_jitter_and_skew_of_the_senders():
    vehicle = build_vehicle("A", 0)
    assert all(100 <= m.jitter_us <= 1200 and abs(m.skew) <= 0.008 for m in vehicle.messages)
    periods = np.array([m.period_us for m in vehicle.messages])
    assert (periods == 10_000).mean() == pytest.approx(0.6, abs=0.02)
    assert (periods == 20_000).mean() == pytest.approx(0.2, abs=0.02)


def benign(stage, seed=0, seconds=30):
    vehicle, rng = build_vehicle("A", 0), np.random.default_rng(seed)
    drive = drive_cycle(rng, seconds * 1_000_000)
    return vehicle, drive, benign_traffic(vehicle, drive, seconds * 1_000_000, stage, rng), rng


def test_benign_confounders_are_present_and_some_only_after_training():
    vehicle, _, training, _ = benign(TRAINING)
    *_, later, _ = benign(HELD_OUT)
    late = {message.can_id for message in vehicle.late}
    assert late <= set(later.can_id) and not late & set(training.can_id)
    assert set(DIAGNOSTIC_IDS) <= set(training.can_id)
    busy = [m for m in vehicle.messages if m.period_us == 10_000]
    gaps = [np.diff(training.time_us[training.can_id == m.can_id]).max() for m in busy]
    assert max(gaps) > 150_000
    assert not training.label.any() and not later.label.any()


def test_drive_cycle_stands_still_in_accessory_mode():
    drive = drive_cycle(np.random.default_rng(0), 30_000_000)
    off = drive.values["mode"] == 0
    assert 0.05 < off.mean() < 0.3
    assert not drive.values["speed"][off].any() and not drive.values["rpm"][off].any()
    assert all((drive.values[name] >= 0).all() and (drive.values[name] <= 1).all() for name in ("speed", "steering"))


def strike(attack, seed=0):
    vehicle, drive, frames, rng = benign(HELD_OUT, seed)
    episode = Interval(5_000_000, 12_000_000)
    return vehicle, frames, episode, ATTACKS[attack].strike(Scene(vehicle, drive, frames, 30_000_000), episode, rng)


@pytest.mark.parametrize("attack", [name for name in ATTACKS if name != "suspension"])
def test_every_added_frame_is_labelled_and_in_the_episode(attack):
    _, _, episode, effect = strike(attack)
    assert effect.added.label.all() and len(effect.added) > 50
    slack = 30_000
    assert effect.added.time_us.min() >= episode.start_us - slack
    assert effect.added.time_us.max() < episode.end_us + slack


def test_a_masquerade_replaces_frame_for_frame_with_valid_counter_and_checksum():
    vehicle, frames, _, effect = strike("masquerade", seed=1)
    gone = frames.take(~effect.kept)
    (target,) = set(effect.added.can_id)
    assert set(gone.can_id) == {target}
    assert len(effect.added) == pytest.approx(len(gone), rel=0.03)
    fields = vehicle.message(int(target)).fields
    counters = [field for field in fields if isinstance(field, Counter)]
    for counter in counters:
        assert set(np.diff(effect.added.payload[:, counter.byte].astype(int) & 0xF) % 16) == {1}


def test_stealthy_spoofing_hardly_changes_the_rate():
    vehicle, frames, episode, effect = strike("gear-stealthy")
    genuine = ((frames.can_id == vehicle.roles["gear"]) & episode.holds(frames.time_us)).sum()
    assert len(effect.added) <= genuine / 3 + 1


def test_replayed_frames_were_sent_before():
    _, frames, episode, effect = strike("replay")
    earlier = frames.take(frames.time_us < episode.end_us)
    seen = {(int(i), bytes(p)) for i, p in zip(earlier.can_id, earlier.payload)}
    assert all((int(i), bytes(p)) in seen for i, p in zip(effect.added.can_id, effect.added.payload))


def test_episodes_cover_the_wanted_share_and_are_disjoint():
    episodes = plan_episodes(np.random.default_rng(0), 40_000_000, 0.4)
    lengths = [episode.end_us - episode.start_us for episode in episodes]
    assert sum(lengths) == pytest.approx(16_000_000, rel=1e-4)
    assert all(3_000_000 <= length <= 10_000_000 for length in lengths)
    assert all(a.end_us <= b.start_us for a, b in pairwise(episodes))
