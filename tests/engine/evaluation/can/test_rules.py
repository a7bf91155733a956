from types import SimpleNamespace

import numpy as np
import pytest

from stillhouse.datasets.can.profile.nodes import PROFILE_NODE_FEATURES
from stillhouse.engine.evaluation.can.rules import rule_scores


def test_absolute_rules():
    packed = SimpleNamespace(
        node_id=np.array([0, 1, 1]), node_ptr=np.array([0, 2, 3]), node_count=np.array([3, 97, 100])
    )
    found = rule_scores(SimpleNamespace(packed=packed, count_max=np.array([0, 49]), vehicles=None))
    assert found["rule: unseen ID"].tolist() == [3.0, 0.0]
    assert found["rule: count per ID"].tolist() == pytest.approx([2.0, np.log2(101 / 50)])


def test_profile_rules_are_the_largest_of_a_windows_nodes():
    x = np.zeros((3, len(PROFILE_NODE_FEATURES)), np.float32)
    x[:, PROFILE_NODE_FEATURES.index("early_max")] = 0.25, 0.75, 0.5
    x[2, PROFILE_NODE_FEATURES.index("unknown_max")] = 1
    packed = SimpleNamespace(x=x, node_ptr=np.array([0, 2, 3]))
    metainfo = {"node_features": list(PROFILE_NODE_FEATURES)}
    found = rule_scores(SimpleNamespace(packed=packed, metainfo=metainfo, vehicles=object()))
    assert found["rule: fast"].tolist() == [0.75, 0.5] and found["rule: unseen ID"].tolist() == [0, 1]
    assert set(found) == {"rule: unseen ID", "rule: count per ID", "rule: fast", "rule: freeze"}
