"""Windows of frames to graphs, many windows at a time.

A node stands for an identifier of the window and a directed edge for the step from a frame's identifier to the next
one's. Both are found by sorting one integer per frame, (window, identifier, position) or (node, next node, position), so
that equal groups lie together in time order; every feature is then a sum over such runs. Chunks of windows stay in cache.
"""

import numpy as np

from .errors import CANFormatError
from .features import (
    EDGE_FEATURES,
    NODE_FEATURES,
    Runs,
    degree_features,
    interval_features,
    node_bytes,
    occurrence_features,
)
from .frames import Frames
from .packed import PackedGraphs, concatenate_graphs
from .profile.classes import identifier_classes
from .profile.nodes import PROFILE_NODE_FEATURES, node_features
from .profile.stream import Described
from .vocabulary import Vocabulary

LARGEST_WINDOW = 2048
_ID_BITS = 29
_CHUNK_FRAMES = 25_600
_LONGEST_STEP_US = 60_000_000


def build_graphs(
    frames: Frames,
    vocabulary: Vocabulary | None = None,
    window: int = 100,
    stride: int = 100,
    source: int = 0,
    described: Described | None = None,
) -> PackedGraphs:
    """Build the graph of every full window of a recording.

    Args:
        frames: one recording; windows never reach beyond it, and a trailing partial window is dropped.
        vocabulary: gives nodes their index; without one all are unknown (0). Unknown identifiers stay separate nodes.
        window: frames in a window, in [2, 2048].
        stride: frames from one window's start to the next one's.
        source: index of the recording, stored with each graph.
        described: the same frames beside a profile, for ``PROFILE_NODE_FEATURES`` and classes of identifiers instead of
            ``NODE_FEATURES`` and the vocabulary's index.

    Returns:
        ``max(0, (n - window) // stride + 1)`` graphs with unscaled features.

    Raises:
        CANFormatError: a window or stride out of range.
    """
    check_window(window, stride)
    starts = np.arange(0, len(frames) - window + 1, stride)
    return graphs_at(frames, starts, vocabulary, window, source, described)


def graphs_at(
    frames: Frames,
    starts: np.ndarray,
    vocabulary: Vocabulary | None = None,
    window: int = 100,
    source: int = 0,
    described: Described | None = None,
    origin_s: float | None = None,
) -> PackedGraphs:
    """Build the graphs of some windows; the same arguments as ``build_graphs`` besides.

    Args:
        frames: one recording, or a stretch of it.
        starts: (G,) int64, ascending, the first frame of each window; each has ``window`` frames from there.
        origin_s: timestamp of the recording's first frame, from which times are rounded to microseconds; that of ``frames``
            by default. A stretch needs it to have the same features as in the whole recording.

    Returns:
        G graphs with unscaled features.
    """
    if not len(starts):
        return empty_graphs(len(NODE_FEATURES) if described is None else len(PROFILE_NODE_FEATURES))
    ticks = _microseconds(frames.timestamp_s, frames.timestamp_s[0] if origin_s is None else origin_s)
    words = np.ascontiguousarray(frames.payload).view(np.uint64)[:, 0]
    step = max(1, _CHUNK_FRAMES // window)
    chunks = [
        _chunk(frames, ticks, words, starts[at : at + step], window, described) for at in range(0, len(starts), step)
    ]
    graphs = concatenate_graphs(chunks)
    node_id = graphs.node_id if vocabulary is None else vocabulary.lookup(graphs.can_id)
    return graphs.with_arrays(node_id=node_id, source=np.full(len(graphs), source))


def check_window(window: int, stride: int) -> None:
    """Raise where a window or a stride is out of range."""
    if not 2 <= window <= LARGEST_WINDOW:
        remedy = "100 frames are 40 to 100 ms of a busy bus."
        raise CANFormatError("window", f"{window}", f"2 to {LARGEST_WINDOW} frames", remedy)
    if stride < 1:
        raise CANFormatError("stride", f"{stride}", "at least 1 frame", "stride=window leaves no frame out.")


def empty_graphs(node_features: int = len(NODE_FEATURES)) -> PackedGraphs:
    """No graph at all, with arrays of the right types and widths."""
    whole, ptr = np.zeros(0, np.int64), np.zeros(1, np.int64)
    x = np.zeros((0, node_features), np.float32)
    edge_attr = np.zeros((0, len(EDGE_FEATURES)), np.float32)
    time = (np.zeros(0, np.float64), np.zeros(0, np.float32))
    index = np.zeros((2, 0), np.int64)
    ids = np.zeros(0, np.uint32)
    return PackedGraphs(ptr, ptr, ids, whole, whole, x, index, edge_attr, whole, whole, whole, *time)


def _microseconds(timestamp_s: np.ndarray, origin_s: float) -> np.ndarray:
    return np.rint((timestamp_s - origin_s) * 1e6).astype(np.int64)


def _chunk(
    frames: Frames, ticks: np.ndarray, words: np.ndarray, starts: np.ndarray, window: int, described: Described | None
) -> PackedGraphs:
    rows = (starts[:, None] + np.arange(window)).ravel()
    ticks = ticks.take(rows)
    can_id = frames.can_id.take(rows).astype(np.int64)
    nodes, node_of_frame = _nodes(can_id, window)
    first_node = node_of_frame.reshape(-1, window).min(axis=1)
    node_ptr = np.append(first_node, len(nodes.start))
    edges, source, target = _edges(node_of_frame, window)
    graph_of_edge = edges.first // window
    edge_ptr = np.searchsorted(graph_of_edge, np.arange(len(starts) + 1))
    base = first_node.take(graph_of_edge)
    attack_frames, y = _labels(frames, rows, window)
    node_id, x = np.zeros(len(nodes.start), np.int64), None
    if described is not None:
        node_id, x = _profile_nodes(described, nodes, rows, window)
    return PackedGraphs(
        node_ptr=node_ptr,
        edge_ptr=edge_ptr,
        can_id=can_id.take(nodes.first).astype(np.uint32),
        node_id=node_id,
        node_count=nodes.count,
        x=_node_features(nodes, ticks, words.take(rows), window) if x is None else x,
        edge_index=np.stack((source - base, target - base)),
        edge_attr=_edge_features(edges, source, target, ticks, window, len(nodes.start)),
        y=y,
        attack_frames=attack_frames,
        source=np.zeros(len(starts), np.int64),
        start_s=frames.timestamp_s.take(starts),
        duration_s=_durations(ticks, window),
    )


def _nodes(can_id: np.ndarray, window: int) -> tuple[Runs, np.ndarray]:
    frame = np.arange(len(can_id))
    nodes = Runs.of((frame // window << _ID_BITS) | can_id, frame)
    node_of_frame = np.empty(len(can_id), np.int64)
    node_of_frame[nodes.frame] = np.repeat(np.arange(len(nodes.start)), nodes.count)
    return nodes, node_of_frame


def _edges(node_of_frame: np.ndarray, window: int) -> tuple[Runs, np.ndarray, np.ndarray]:
    steps = node_of_frame.reshape(-1, window)
    bits = max(1, len(node_of_frame).bit_length())
    frame = np.arange(len(node_of_frame)).reshape(-1, window)[:, :-1]
    edges = Runs.of(((steps[:, :-1] << bits) | steps[:, 1:]).ravel(), frame.ravel())
    return edges, node_of_frame.take(edges.first), node_of_frame.take(edges.first + 1)


def _node_features(nodes: Runs, ticks: np.ndarray, words: np.ndarray, window: int) -> np.ndarray:
    x = np.empty((len(nodes.start), len(NODE_FEATURES)), np.float32)
    x[:, 0:8], x[:, 8:16] = node_bytes(nodes, words)
    x[:, 16] = nodes.count / window
    x[:, 17] = nodes.last % window / window
    x[:, 18], x[:, 19], _ = interval_features(nodes, ticks, _LONGEST_STEP_US)
    return x


def _profile_nodes(described: Described, nodes: Runs, rows: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    profile, place = described.profile, described.place.take(rows)
    windows = described.windows(rows[::window], window)
    x = node_features(profile, nodes, place, described.evidence.take(rows, axis=0), windows, window)
    return identifier_classes(profile)[place.take(nodes.first)], x


def _edge_features(
    edges: Runs, source: np.ndarray, target: np.ndarray, ticks: np.ndarray, window: int, nodes: int
) -> np.ndarray:
    attr = np.empty((len(source), len(EDGE_FEATURES)), np.float32)
    attr[:, 0], attr[:, 1], attr[:, 5], attr[:, 6] = occurrence_features(edges, window)
    attr[:, 2], attr[:, 3], attr[:, 4] = interval_features(edges, ticks, _LONGEST_STEP_US)
    attr[:, 7] = attr[:, 6] - attr[:, 5]
    attr[:, 8], attr[:, 9], attr[:, 10] = degree_features(source, target, nodes)
    return attr


def _labels(frames: Frames, rows: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    if frames.label is None:
        unknown = np.full(len(rows) // window, -1)
        return unknown, unknown
    attack_frames = frames.label.take(rows).reshape(-1, window).sum(axis=1, dtype=np.int64)
    return attack_frames, (attack_frames > 0).astype(np.int64)


def _durations(ticks: np.ndarray, window: int) -> np.ndarray:
    steps = np.diff(ticks.reshape(-1, window), axis=1)
    return (np.clip(steps, 0, _LONGEST_STEP_US).sum(axis=1) / 1e6).astype(np.float32)
