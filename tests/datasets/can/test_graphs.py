import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from stillhouse.datasets.can import EDGE_FEATURES, NODE_FEATURES, CANFormatError, Vocabulary, build_graphs
from stillhouse.datasets.can import graphs as graphs_module
from stillhouse.datasets.can.frames import Frames


def _std(values):
    return math.sqrt(max(len(values) * sum(v * v for v in values) - sum(values) ** 2, 0)) / len(values)


def _log_seconds(microseconds):
    return math.log10(max(microseconds, 1.0)) - 6


def _timing(ticks):
    if len(ticks) < 2:
        return 0.0, -6.0, 0.0
    steps = [min(max(b - a, 0), 60_000_000) for a, b in itertools.pairwise(ticks)]
    mean, std = sum(steps) / len(steps), _std(steps)
    return _log_seconds(mean), _log_seconds(std), mean / max(mean + std, 1e-9)


def reference(frames, at, window):
    """One window's graph in plain Python: (ids, x, edges, edge_attr, attack frames)."""
    ticks = [round((t - frames.timestamp_s[0]) * 1e6) for t in frames.timestamp_s[at : at + window].tolist()]
    can_id = frames.can_id[at : at + window].tolist()
    payload = frames.payload[at : at + window].tolist()
    ids = sorted(set(can_id))
    x = []
    for one in ids:
        where = [k for k, other in enumerate(can_id) if other == one]
        columns = [[payload[k][place] for k in where] for place in range(8)]
        means = [sum(c) / len(c) / 255 for c in columns]
        stds = [_std(c) / 255 for c in columns]
        x.append([*means, *stds, len(where) / window, where[-1] / window, *_timing([ticks[k] for k in where])[:2]])
    steps = list(itertools.pairwise(can_id))
    edges = sorted(set(steps))
    degree = {one: sum(a == one for a, _ in edges) + sum(b == one for _, b in edges) for one in ids}
    attr = []
    for a, b in edges:
        where = [k for k, step in enumerate(steps) if step == (a, b)]
        mean, std, regularity = _timing([ticks[k] for k in where])
        first, last = where[0] / window, where[-1] / window
        degrees = math.log10(degree[a] * degree[b]), math.log10(degree[a] / degree[b])
        row = [math.log10(len(where)), len(where) / (window - 1), mean, std, regularity, first, last, last - first]
        attr.append([*row, float((b, a) in edges), *degrees])
    return ids, x, [(ids.index(a), ids.index(b)) for a, b in edges], attr, int(frames.label[at : at + window].sum())


def _agrees(frames, graphs, starts, window):
    assert len(graphs) == len(starts)
    for g, at in enumerate(starts):
        ids, x, edges, attr, attacks = reference(frames, at, window)
        nodes, rows = slice(*graphs.node_ptr[g : g + 2]), slice(*graphs.edge_ptr[g : g + 2])
        assert graphs.can_id[nodes].tolist() == ids
        assert list(zip(*graphs.edge_index[:, rows].tolist())) == edges
        np.testing.assert_allclose(graphs.x[nodes], np.float32(x), rtol=2e-7, atol=1e-7)
        np.testing.assert_allclose(graphs.edge_attr[rows], np.float32(attr), rtol=2e-7, atol=1e-7)
        np.testing.assert_array_equal(graphs.node_count[nodes], [round(row[16] * window) for row in x])
        assert (graphs.attack_frames[g], graphs.y[g]) == (attacks, int(attacks > 0))


@pytest.mark.parametrize(("window", "stride"), [(100, 100), (100, 30), (7, 11), (2, 1), (300, 300)])
def test_agrees_with_plain_python(make_frames, monkeypatch, window, stride):
    monkeypatch.setattr(graphs_module, "_CHUNK_FRAMES", 450)
    frames = make_frames(1049, attack_share=0.02, start_s=1.6e9)
    starts = range(0, 1049 - window + 1, stride)[:60]
    graphs = build_graphs(frames[: starts[-1] + window], window=window, stride=stride)
    _agrees(frames, graphs, starts, window)


def test_clocks_that_step_back_or_leap_are_clipped(make_frames):
    frames = make_frames(400)
    time_s = frames.timestamp_s.copy()
    time_s[150:] -= 50
    time_s[320:] += 1e6
    frames = replace(frames, timestamp_s=time_s)
    graphs = build_graphs(frames)
    _agrees(frames, graphs, range(0, 400, 100), 100)
    assert np.isfinite(graphs.x).all()
    assert np.isfinite(graphs.edge_attr).all()
    assert (graphs.duration_s >= 0).all()


def test_repeated_timestamps_and_constant_bytes(make_frames):
    frames = make_frames(200)
    frames = replace(frames, timestamp_s=np.zeros(200), payload=np.full((200, 8), 255, np.uint8))
    graphs = build_graphs(frames)
    _agrees(frames, graphs, (0, 100), 100)
    assert (graphs.x[:, 0:8] == 1).all()
    assert (graphs.x[:, 8:16] == 0).all()


def test_hand_values():
    payload = np.zeros((4, 8), np.uint8)
    payload[:, 0] = [0, 255, 255, 51]
    time_s = np.array([0.0, 0.01, 0.02, 0.03])
    ids = np.array([5, 9, 5, 5], np.uint32)
    frames = Frames(time_s, ids, payload, np.full(4, 8, np.uint8), np.zeros(4, np.uint8), "hand")
    graph = build_graphs(frames, window=4)
    node = dict(zip(NODE_FEATURES, graph.x[0]))
    assert graph.can_id.tolist() == [5, 9]
    assert node["byte_0_mean"] == pytest.approx(0.4)
    assert node["byte_0_std"] == pytest.approx(math.sqrt((0.16 + 0.36 + 0.04) / 3))
    assert (node["count"], node["last_position"]) == (0.75, 0.75)
    assert node["log_mean_interval"] == pytest.approx(math.log10(0.015))
    assert node["log_std_interval"] == pytest.approx(math.log10(0.005))
    assert graph.edge_index.tolist() == [[0, 0, 1], [0, 1, 0]]
    edges = [dict(zip(EDGE_FEATURES, row)) for row in graph.edge_attr]
    assert [edge["reverse"] for edge in edges] == [1, 1, 1]
    assert edges[1]["log_degree_product"] == pytest.approx(math.log10(4 * 2))
    assert edges[1]["log_degree_ratio"] == pytest.approx(math.log10(2))
    assert graph.duration_s[0] == pytest.approx(0.03)


def test_partial_window_is_dropped_and_a_short_recording_gives_none(make_frames):
    assert len(build_graphs(make_frames(299))) == 2
    assert len(build_graphs(make_frames(99))) == 0
    assert build_graphs(make_frames(99)).x.shape == (0, len(NODE_FEATURES))


def test_unknown_identifiers_stay_apart_as_index_0(make_frames):
    frames = make_frames(100, ids=[1, 2, 3])
    graph = build_graphs(frames, Vocabulary.of(np.array([2])))
    assert graph.can_id.tolist() == [1, 2, 3]
    assert graph.node_id.tolist() == [0, 1, 0]


def test_time_shift_leaves_features_alone_and_frame_order_does_not(make_frames):
    frames = make_frames(1000)
    graphs, later = build_graphs(frames), build_graphs(replace(frames, timestamp_s=frames.timestamp_s + 4096.0))
    np.testing.assert_array_equal(graphs.x, later.x)
    np.testing.assert_array_equal(graphs.edge_attr, later.edge_attr)
    np.testing.assert_allclose(later.start_s - graphs.start_s, 4096.0)
    turned = build_graphs(replace(frames, can_id=frames.can_id[::-1].copy()))
    assert turned.edge_attr.shape != graphs.edge_attr.shape or not np.array_equal(turned.edge_attr, graphs.edge_attr)


def test_extended_identifiers(make_frames):
    frames = make_frames(200, ids=[0x1FFFFFFF, 0x1ABCDEF0, 3])
    _agrees(frames, build_graphs(frames), (0, 100), 100)


def test_no_labels_give_minus_one(make_frames):
    graphs = build_graphs(replace(make_frames(200), label=None), source=3)
    assert graphs.y.tolist() == graphs.attack_frames.tolist() == [-1, -1]
    assert graphs.source.tolist() == [3, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": 1}, "window: got 1, expected 2 to 2048 frames"),
        ({"window": 5000}, "window: got 5000, expected 2 to 2048 frames"),
        ({"stride": 0}, "stride: got 0, expected at least 1 frame"),
    ],
)
def test_refuses(make_frames, arguments, message):
    with pytest.raises(CANFormatError, match=message):
        build_graphs(make_frames(100), **arguments)
