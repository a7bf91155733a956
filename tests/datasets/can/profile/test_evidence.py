from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.frames import Frames, interleaved
from stillhouse.datasets.can.profile import EVIDENCE, History, Profile, evidence_of

AT = {name: index for index, name in enumerate(EVIDENCE)}


@pytest.fixture(scope="module")
def profile() -> Profile:
    return Profile.fit([bus(20)])


def strange(profile: Profile, frames: Frames) -> np.ndarray:
    return evidence_of(profile, frames, History(len(profile)).feed(frames, profile.place(frames.can_id))).values


def one(time_s: float, can_id: int, payload=(0,) * 8, dlc: int = 8) -> Frames:
    data = np.array([payload], np.uint8)
    return Frames(
        np.array([time_s], float),
        np.array([can_id], np.uint32),
        data,
        np.array([dlc], np.uint8),
        np.array([1], np.uint8),
        "one",
    )


def with_one(frame: Frames) -> tuple[Frames, int]:
    frames = interleaved(bus(5, seed=1), frame)
    return frames, int(frames.attack.argmax())


def test_other_benign_traffic_is_hardly_strange(profile):
    found = strange(profile, bus(10, seed=3))
    names = [name for name in EVIDENCE if name not in ("succession", "values")]
    assert (found[:, [AT[name] for name in names]] < 0.5).all()


def test_an_unknown_identifier(profile):
    frames, at = with_one(one(102, 0x7FF))
    found = strange(profile, frames)
    assert found[at, AT["unknown"]] == 1 and found[:, AT["unknown"]].sum() == 1
    assert (found[at, 1 : AT["succession"]] == 0).all()


def test_a_frame_squeezed_between_two_regular_ones(profile):
    quiet = bus(5, seed=1)
    rows = np.flatnonzero(quiet.can_id == 0x200)
    middle = float(quiet.timestamp_s[rows[100]] + quiet.timestamp_s[rows[101]]) / 2
    frames, at = with_one(one(middle, 0x200, quiet.payload[rows[100]]))
    found = strange(profile, frames)
    assert found[at, AT["early"]] == pytest.approx(0.9, abs=0.2)
    after = at + 1 + int((frames.can_id[at + 1 :] == 0x200).argmax())
    assert found[after, AT["early_pair"]] == pytest.approx(0.9, abs=0.2)


def test_a_missing_stretch_is_late(profile):
    quiet = bus(5, seed=1)
    gone = (quiet.can_id == 0x300) & (np.abs(quiet.timestamp_s - 102.5) < 0.2)
    found = strange(profile, quiet.take(~gone))
    assert found[:, AT["late"]].max() > 3


def test_a_payload_that_does_not_count_and_one_of_another_length(profile):
    quiet = bus(5, seed=1)
    row = np.flatnonzero(quiet.can_id == 0x100)[50]
    payload, dlc = quiet.payload.copy(), quiet.dlc.copy()
    payload[row, 3], dlc[row] = 255, 5
    found = strange(profile, replace(quiet, payload=payload, dlc=dlc))[row]
    assert found[AT["values"]] > 1 and found[AT["flips"]] > 1 and found[AT["deltas"]] > 1
    assert found[AT["changed_bits"]] > 0.5 and found[AT["length"]] == 1


def test_a_counter_that_stands_still(profile):
    quiet = bus(5, seed=1)
    payload = quiet.payload.copy()
    payload[quiet.can_id == 0x100] = 5
    found = strange(profile, replace(quiet, payload=payload))
    assert found[quiet.can_id == 0x100, AT["frozen"]].max() > 5
