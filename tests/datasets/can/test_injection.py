import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can import injection
from stillhouse.datasets.can.injection import KINDS, Stretch, inject


@pytest.fixture(scope="module")
def benign():
    return bus(20)


def only(kind: str, monkeypatch):
    monkeypatch.setattr(injection, "SHARES", {kind: 1})


def test_a_seed_decides(benign):
    one, same, other = inject(benign, 3), inject(benign, 3), inject(benign, 4)
    assert one.digest() == same.digest() != other.digest()


def test_about_the_share_of_the_time_is_attacked(benign):
    frames = inject(benign, 1, share=0.5)
    seconds = np.unique(frames.timestamp_s[frames.attack].astype(int))
    assert 6 <= len(seconds) <= 20


@pytest.mark.parametrize("kind", ["flood", "fuzz", "spoof", "replay"])
def test_genuine_frames_stay_where_frames_are_added(benign, monkeypatch, kind):
    only(kind, monkeypatch)
    frames = inject(benign, 5)
    genuine = frames.take(~frames.attack)
    assert frames.attack.any()
    assert np.array_equal(genuine.timestamp_s, benign.timestamp_s) and np.array_equal(genuine.payload, benign.payload)
    assert (np.diff(frames.timestamp_s) >= 0).all()


def test_a_masquerade_changes_payloads_alone_and_labels_the_changed(benign, monkeypatch):
    only("masquerade", monkeypatch)
    frames = inject(benign, 5)
    assert np.array_equal(frames.timestamp_s, benign.timestamp_s) and np.array_equal(frames.can_id, benign.can_id)
    changed = (frames.payload != benign.payload).any(axis=1)
    assert changed.any() and np.array_equal(changed, frames.attack)


def test_a_suspension_silences_and_labels_from_when_a_second_frame_is_missed(benign):
    rows = np.arange(1000, 2000)
    found = KINDS["suspend"](np.random.default_rng(0), Stretch(benign, rows, np.unique(benign.can_id)))
    gone = found.removed
    assert len(np.unique(benign.can_id[gone])) == 1
    assert (found.silence > gone[1]).all() and set(found.silence) <= set(rows)


def test_spoofed_frames_have_the_length_of_the_genuine(benign, monkeypatch):
    only("spoof", monkeypatch)
    frames = inject(benign, 7)
    assert set(frames.can_id[frames.attack]) <= set(np.unique(benign.can_id)) and (frames.dlc == 8).all()
