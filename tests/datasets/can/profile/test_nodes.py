import numpy as np
import pytest
from regular_bus import bus

from stillhouse.datasets.can.graphs import build_graphs
from stillhouse.datasets.can.profile import Profile
from stillhouse.datasets.can.profile.classes import NUM_CLASSES
from stillhouse.datasets.can.profile.describer import Describer
from stillhouse.datasets.can.profile.nodes import PROFILE_NODE_FEATURES, overdue
from stillhouse.datasets.can.profile.stream import Described

AT = {name: index for index, name in enumerate(PROFILE_NODE_FEATURES)}


@pytest.fixture(scope="module")
def profile() -> Profile:
    return Profile.fit([bus(20)])


def graphs(profile: Profile, frames):
    return build_graphs(frames, described=Described.of(profile, frames))


def test_benign_windows_lie_below_the_benign_extreme(profile):
    found = graphs(profile, bus(10, seed=4))
    assert found.x.shape[1] == len(PROFILE_NODE_FEATURES)
    assert found.x.min() >= 0 and found.x[:, AT["early_max"]].max() < 0.45
    assert found.node_id.min() > 0 and found.node_id.max() < NUM_CLASSES


def test_a_silent_identifier_is_overdue(profile):
    quiet = bus(10, seed=4)
    gone = (quiet.can_id == 0x200) & (quiet.timestamp_s > 105)
    before, after = graphs(profile, quiet), graphs(profile, quiet.take(~gone))
    assert after.x[:, AT["overdue"]].max() > 0.9 > before.x[:, AT["overdue"]].max() + 0.3
    assert after.x[:, AT["overdue_count"]].max() > 0


def test_overdue_hand_value(profile):
    last = np.array([[10.0, 10.0, 10.0, np.nan]])
    found = overdue(profile, last, np.array([10.08]))
    assert found[0, 0] == pytest.approx(np.log2(0.08 / (profile.period_s[0] * 2 ** profile.longest[0])), abs=1e-6)
    assert found[0, 3] == -2


def test_a_stream_is_described_as_the_whole(profile):
    frames = bus(4, seed=5)
    whole, describer, at = Described.of(profile, frames), Describer(profile), 0
    for end in (150, 151, 400, len(frames)):
        held = describer.extend(frames[at:end])
        offset = end - len(held.place)
        np.testing.assert_array_equal(held.evidence, whole.evidence[offset:end])
        ends = np.array([end - 1 - offset])
        for one, other in zip(held.latest(ends), whole.latest(ends + offset)):
            np.testing.assert_array_equal(one, other)
        describer.forget(max(0, len(held.place) - 99))
        at = end
