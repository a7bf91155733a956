import json

import numpy as np
import pytest

from stillhouse.datasets.can import CANFormatError, Scaler, Vocabulary, build_graphs


@pytest.fixture
def graphs(make_frames):
    return build_graphs(make_frames(2000, attack_share=0.005))


def test_lookup_starts_at_1_and_answers_0_for_others():
    vocabulary = Vocabulary.of(np.array([0x316, 0x0C1, 0x316], np.uint32))
    assert len(vocabulary) == 3
    assert vocabulary.lookup(np.array([0x0C1, 0x316, 0x0C0, 0x7FF, 0])).tolist() == [1, 2, 0, 0, 0]
    assert Vocabulary.of(np.zeros(0, np.uint32)).lookup(np.array([1])).tolist() == [0]


def test_vocabulary_holds_benign_identifiers_only(graphs):
    assert (graphs.y == 1).any()
    assert 0 in graphs.can_id
    assert 0 not in Vocabulary.fit(graphs).can_ids


def test_vocabulary_round_trip():
    vocabulary = Vocabulary.of(np.array([0x1FFFFFFF, 0x0C1], np.uint32))
    assert vocabulary.state() == ["0C1", "1FFFFFFF"]
    again = Vocabulary.from_state(json.loads(json.dumps(vocabulary.state())))
    np.testing.assert_array_equal(again.can_ids, vocabulary.can_ids)


def test_vocabulary_refuses_disorder():
    with pytest.raises(CANFormatError, match="vocabulary: got identifiers out of order"):
        Vocabulary.from_state(["2", "1"])


def test_scaler_maps_benign_windows_to_the_unit_interval(graphs):
    scaler = Scaler.fit(graphs)
    benign = scaler.transform(graphs.select(np.flatnonzero(graphs.y == 0)))
    for values in (benign.x, benign.edge_attr):
        assert values.dtype == np.float32
        np.testing.assert_allclose(values.min(axis=0), 0, atol=1e-6)
        assert (np.isclose(values.max(axis=0), 1) | np.isclose(values.max(axis=0), 0)).all()


def test_scaler_clips_and_copes_with_constants(graphs):
    scaler = Scaler.fit(graphs)
    wild = graphs.with_arrays(x=np.full_like(graphs.x, 1e6), edge_attr=np.full_like(graphs.edge_attr, -1e6))
    assert (scaler.transform(wild).x == 2).all()
    assert (scaler.transform(wild).edge_attr == -1).all()
    constant = graphs.with_arrays(x=np.full_like(graphs.x, 3))
    assert (Scaler.fit(constant).transform(constant).x == 0).all()


def test_scaler_round_trip_is_exact(graphs):
    scaler = Scaler.fit(graphs)
    again = Scaler.from_state(json.loads(json.dumps(scaler.state())))
    np.testing.assert_array_equal(again.transform(graphs).x, scaler.transform(graphs).x)


def test_scaler_needs_benign_windows(graphs):
    with pytest.raises(CANFormatError, match="scaler: got no benign window, expected at least one"):
        Scaler.fit(graphs.select(np.flatnonzero(graphs.y == 1)))
