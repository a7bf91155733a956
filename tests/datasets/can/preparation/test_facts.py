from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from raw_can import stepping_back, traffic

from stillhouse.datasets.can.preparation.facts import Facts


def facts_of(frames, *cuts: int) -> Facts:
    facts, bounds = Facts(), [0, *cuts, len(frames)]
    for begin, end in pairwise(bounds):
        facts.add(frames[begin:end])
    return facts


@pytest.mark.parametrize("cuts", [(), (1,), (50,), (49, 50, 51)])
def test_steps_back_are_counted_wherever_the_recording_is_cut(cuts):
    frames = stepping_back(traffic(100, 0, attack_share=0.3, empty=4), 50, 2.5)
    facts, whole = facts_of(frames, *cuts), facts_of(frames)
    step = frames.timestamp_s[49] - frames.timestamp_s[50]
    assert (facts.rows, facts.attack_rows, facts.empty_payloads) == (100, int(frames.label.sum()), 4)
    assert facts.steps_back == 1 and facts.largest_step_back_s == pytest.approx(step)
    assert facts.short_payloads == int((frames.dlc < 8).sum())
    assert (facts.first_s, facts.last_s) == (frames.timestamp_s[0], frames.timestamp_s[-1])
    assert facts.frames_sha256() == whole.frames_sha256() and facts.labels_sha256() == whole.labels_sha256()


def test_the_digest_of_frames_knows_every_field_but_the_label():
    frames = traffic(20, 0)
    other = frames.payload.copy()
    other[3, 0] ^= 1
    changed = [
        replace(frames, timestamp_s=np.nextafter(frames.timestamp_s, 0)),
        replace(frames, can_id=frames.can_id + np.uint32(1)),
        replace(frames, payload=other),
        replace(frames, dlc=np.full(20, 8, np.uint8)),
    ]
    digests = [facts_of(one).frames_sha256() for one in (frames, *changed)]
    assert len(set(digests)) == 5
    labelled = replace(frames, label=np.ones(20, np.uint8))
    assert facts_of(labelled).frames_sha256() == digests[0]
    assert facts_of(labelled).labels_sha256() != facts_of(frames).labels_sha256()
