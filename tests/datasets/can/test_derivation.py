from dataclasses import replace

import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.derivation import derive
from stillhouse.datasets.can.derived_root import jobs, link_training, write
from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.frames import Frames, interleaved
from stillhouse.datasets.can.preparation.writing import HEADER, to_rows
from stillhouse.datasets.can.reading import read_frames


def attacked(can_id: int = 0x200) -> Frames:
    """Twenty seconds, of which the tenth to the fifteenth hold 500 frames of 0xAA."""
    n = 500
    payload, ids = np.full((n, 8), 0xAA, np.uint8), np.full(n, can_id, np.uint32)
    time = 110 + np.arange(n) * 0.01 + 0.003
    return interleaved(bus(20), Frames(time, ids, payload, np.full(n, 8, np.uint8), np.ones(n, np.uint8), "x"))


def test_thinned_to_half_a_percent():
    frames = derive(attacked(), "thinned", 0)
    assert frames.attack.mean() == pytest.approx(0.005, rel=0.05)
    assert (~frames.attack).sum() == len(bus(20))


def test_a_masquerade_keeps_the_genuine_times():
    frames, genuine = derive(attacked(), "masquerade", 0), bus(20)
    assert np.array_equal(frames.timestamp_s, genuine.timestamp_s) and np.array_equal(frames.can_id, genuine.can_id)
    assert (frames.payload[frames.attack] == 0xAA).all()
    assert set(frames.can_id[frames.attack]) == {0x200}
    assert 490 <= frames.attack.sum() <= 500


def test_fuzzing_under_known_identifiers():
    frames = derive(attacked(0x7FF), "known-fuzzing", 0)
    assert set(np.unique(frames.can_id)) == set(np.unique(bus(20).can_id)) and frames.attack.sum() == 500


def test_single_frames_a_second():
    frames = derive(attacked(), "single", 0)
    assert 5 <= frames.attack.sum() <= 6
    assert (np.diff(np.floor(frames.timestamp_s[frames.attack])) == 1).all()


def test_a_contaminated_start_repeats_the_first_second():
    whole = attacked()
    frames = derive(whole, "contaminated", 0)
    early = frames.attack & (frames.timestamp_s < frames.timestamp_s[0] + 5)
    assert early.sum() == 100 and len(frames) == len(whole) + 100
    assert np.ptp(frames.timestamp_s[early]) < 1


@pytest.mark.parametrize("frames", [bus(5), replace(bus(5), label=None)])
def test_nothing_to_derive_from(frames):
    with pytest.raises(CANFormatError, match="no attack frame"):
        derive(frames, "thinned", 0)


def test_an_identifier_that_nobody_sends_cannot_be_masqueraded():
    with pytest.raises(CANFormatError, match="nothing of it is left"):
        derive(attacked(0x7FF), "masquerade", 0)


def test_a_derived_root(tmp_path):
    root, out = tmp_path / "root", tmp_path / "out"
    for name, frames in {"train_01_attack_free/calm": bus(5), "test_03_x/malfunction-a": attacked()}.items():
        path = root / f"{name}.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(HEADER + to_rows(frames))
    assert link_training(root, out) == 1
    assert (out / "train_01_attack_free/calm.csv").read_bytes() == (root / "train_01_attack_free/calm.csv").read_bytes()
    found = [write(job, out, 0) for job in jobs(root)]
    assert [path.parent.name for path, _, _ in found] == ["test_05_thinned", "test_06_masquerade", "test_08_single"]
    before = [path.stat().st_mtime_ns for path, _, _ in found]
    assert [write(job, out, 0)[0].stat().st_mtime_ns for job in jobs(root)] == before
    assert read_frames(found[1][0]).attack.sum() == found[1][1] > 0
