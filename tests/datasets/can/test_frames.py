from dataclasses import replace

import numpy as np
import pytest

from stillhouse.datasets.can import CANFormatError
from stillhouse.datasets.can.frames import concatenate


def test_slices_and_concatenation_are_inverse(make_frames):
    frames = make_frames(50)
    again = concatenate([frames[:20], frames[20:]], "made")
    assert again.digest() == frames.digest()
    assert len(frames[:20]) == 20


def test_digest_sees_every_array_but_not_the_name(make_frames):
    frames = make_frames(20)
    assert frames.named("other").digest() == frames.digest()
    payload = frames.payload.copy()
    payload[3, 3] ^= 1
    assert replace(frames, payload=payload).digest() != frames.digest()
    assert replace(frames, timestamp_s=frames.timestamp_s + 1).digest() != frames.digest()


def test_missing_labels_count_as_benign_in_the_digest(make_frames):
    frames = make_frames(20)
    assert replace(frames, label=None).digest() == frames.digest()


def test_backward_steps_are_counted(make_frames):
    frames = make_frames(20)
    assert frames.backward_steps() == 0
    assert concatenate([frames, frames, frames], "made").backward_steps() == 2


def test_concatenation_without_labels_in_one_part_has_none(make_frames):
    frames = make_frames(20)
    assert concatenate([frames, replace(frames, label=None)], "made").label is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"payload": np.zeros((20, 7), np.uint8)},
            r"made \(payload\): got uint8 of shape \(20, 7\), expected uint8 of shape",
        ),
        ({"can_id": np.zeros(20, np.int64)}, r"made \(can_id\): got int64 of shape \(20,\), expected uint32"),
        ({"dlc": [1]}, r"made \(dlc\): got list"),
        ({"dlc": np.full(20, 9, np.uint8)}, r"got 9 in frame 0, expected 0 to 8 bytes"),
        ({"timestamp_s": np.full(20, np.nan)}, r"got nan in frame 0, expected finite seconds"),
        ({"can_id": np.full(20, 1 << 30, np.uint32)}, r"expected an identifier of at most 29 bits"),
        ({"label": np.full(20, 2, np.uint8)}, r"got 2 in frame 0, expected 0 or 1"),
    ],
)
def test_refuses(make_frames, change, message):
    with pytest.raises(CANFormatError, match=message):
        replace(make_frames(20), **change)
