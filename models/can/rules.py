"""Rules that need no training: the baselines that stand beside every table of results."""

from collections.abc import Sequence

import numpy as np

UNK = 0


def unseen_id_score(node_id: np.ndarray, node_ptr: np.ndarray, node_count: np.ndarray | None = None) -> np.ndarray:
    """How much of each window carries an ID that benign training traffic never showed.

    Args:
        node_id: (N,) vocabulary index of each node, 0 for an unknown ID.
        node_ptr: (G + 1,) increasing; nodes ``node_ptr[g]:node_ptr[g + 1]`` are those of window g.
        node_count: (N,) frames of each node; where given, frames are counted, otherwise nodes.

    Returns:
        (G,) float64, at least 0; any value above 0 is an alarm.

    Raises:
        ValueError: see ``count_score``.
    """
    starts = _starts(node_id, node_ptr)
    weight = np.ones(len(node_id)) if node_count is None else np.asarray(node_count, dtype=float)
    return np.add.reduceat((np.asarray(node_id) == UNK) * weight, starts)


def count_score(node_id: np.ndarray, node_count: np.ndarray, node_ptr: np.ndarray, max_count: np.ndarray) -> np.ndarray:
    """How far an ID's frames in a window exceed the most that benign training traffic held in one.

    ``max over the window's IDs of log2((c + 1) / (c_max + 1))``.

    Args:
        node_id: (N,) vocabulary index of each node in [0, V).
        node_count: (N,) frames of each node in its window, at least 1.
        node_ptr: (G + 1,) increasing; nodes ``node_ptr[g]:node_ptr[g + 1]`` are those of window g.
        max_count: (V,) the largest count of each ID in a benign training window; 0 for the unknown ID.

    Returns:
        (G,) float64 in octaves; above 0 an ID was sent more often than ever in training.

    Raises:
        ValueError: pointers that do not cover the nodes or hold an empty window, or an ID outside ``max_count``.
    """
    starts = _starts(node_id, node_ptr)
    if np.max(node_id) >= len(max_count):
        raise ValueError(
            f"count_score: node_id holds index {np.max(node_id)}, but max_count has {len(max_count)} entries. Count "
            "the training maxima over the same vocabulary."
        )
    limits = np.asarray(max_count, dtype=float)[node_id]
    return np.maximum.reduceat(np.log2((np.asarray(node_count) + 1.0) / (limits + 1.0)), starts)


def _starts(node_id: np.ndarray, node_ptr: np.ndarray) -> np.ndarray:
    """The first node of each window; ``reduceat`` would give an empty one its neighbour's value, so none may be."""
    node_ptr = np.asarray(node_ptr)
    if len(node_ptr) < 2 or node_ptr[0] != 0 or node_ptr[-1] != len(node_id) or (np.diff(node_ptr) < 1).any():
        raise ValueError(
            f"node_ptr: expected increasing values from 0 to the number of nodes, {len(node_id)}, with no empty "
            f"window; got {node_ptr[:4].tolist()} ... {node_ptr[-1:].tolist()}. Drop windows without frames."
        )
    return node_ptr[:-1]


PROFILE_RULES = {
    "unseen ID": "unknown_max",
    "count per ID": "count_excess",
    "fast": "early_max",
    "freeze": "frozen_max",
}


def profile_rule_scores(x: np.ndarray, names: Sequence[str], node_ptr: np.ndarray) -> dict[str, np.ndarray]:
    """The rules as thresholds of single node features against the vehicle's own profile: the largest of a window's nodes.

    ``unseen ID``: an identifier that benign traffic never showed. ``count per ID``: octaves above its most frames in a window.
    ``fast``: octaves by which an interval is shorter than its shortest. ``freeze``: octaves by which equal payloads repeat longer
    than they did.

    Args:
        x: (N, F) node features.
        names: of the features, F of them.
        node_ptr: (G + 1,) increasing; nodes ``node_ptr[g]:node_ptr[g + 1]`` are those of window g.

    Returns:
        (G,) scores by name.
    """
    starts = _starts(x[:, 0], node_ptr)
    columns = {rule: list(names).index(feature) for rule, feature in PROFILE_RULES.items()}
    return {rule: np.maximum.reduceat(x[:, column].astype(float), starts) for rule, column in columns.items()}
