from dataclasses import replace

import numpy as np
import pytest

from stillhouse.datasets.can import LeakageError
from stillhouse.datasets.can.audit import LeakageAudit, frame_hashes, window_hashes
from stillhouse.datasets.can.frames import concatenate


def test_equal_windows_have_equal_hashes_wherever_they_stand(make_frames):
    part, other = make_frames(30, 1), make_frames(17, 2)
    shifted = window_hashes(concatenate([other, part], "made"), 10)
    np.testing.assert_array_equal(shifted[17:], window_hashes(part, 10))
    assert not np.isin(shifted[:17], window_hashes(part, 10)).any()


def test_hashes_see_every_field_and_the_order(make_frames):
    frames = make_frames(10)
    plain = window_hashes(frames, 10)
    payload = frames.payload.copy()
    payload[4, 7] ^= 1
    turned = replace(frames, can_id=frames.can_id[::-1].copy())
    changed = (
        replace(frames, payload=payload),
        replace(frames, timestamp_s=frames.timestamp_s + 1e-6),
        replace(frames, dlc=np.full(10, 7, np.uint8)),
        turned,
    )
    assert all(window_hashes(other, 10)[0] != plain[0] for other in changed)
    assert len(set(frame_hashes(frames).tolist())) == 10


def test_short_recordings_have_no_window(make_frames):
    assert len(window_hashes(make_frames(9), 10)) == 0


def test_a_copy_at_another_offset_is_found_and_both_files_are_named(make_frames):
    frames = make_frames(500, 1)
    audit = LeakageAudit(window=100, stride=100)
    audit.add("train", make_frames(300, 2, source="train_01/a"))
    audit.add("train", frames.named("train_02/b"))
    audit.add("val", make_frames(300, 3, source="train_01/c"))
    audit.add("test", concatenate([make_frames(100, 4), frames[33:260]], "test_01/d"))
    with pytest.raises(LeakageError, match=r"2 windows stand in train \(train_02/b\) and in test \(test_01/d\)"):
        audit.check()


def test_disjoint_splits_pass(make_frames):
    audit = LeakageAudit(window=100, stride=10)
    for seed, split in enumerate(("train", "val", "test")):
        audit.add(split, make_frames(300, seed))
    audit.check()
