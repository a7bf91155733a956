"""Many graphs in a few arrays, sliced into batches without an object per graph."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch_geometric.data import Batch

_PER_NODE = ("can_id", "node_id", "node_count", "x")
_PER_GRAPH = ("y", "attack_frames", "source", "start_s", "duration_s")


@dataclass(frozen=True)
class PackedGraphs:
    """G window graphs with N nodes and E edges in all; an array may be memory-mapped.

    Args:
        node_ptr: (G + 1,) int64, the nodes of graph g are ``node_ptr[g]:node_ptr[g + 1]``.
        edge_ptr: (G + 1,) int64, the same for edges.
        can_id: (N,) uint32, the identifier; ascending within a graph.
        node_id: (N,) int64, its index in the vocabulary; 0 is unknown.
        node_count: (N,) int64, its frames in the window.
        x: (N, F) float32, node features.
        edge_index: (2, E) int64, source and target, counted from the graph's first node.
        edge_attr: (E, D) float32, edge features.
        y: (G,) int64, 1 with any attack frame, else 0; -1 without labels.
        attack_frames: (G,) int64, how many frames are attacks; -1 without labels.
        source: (G,) int64, index of the recording.
        start_s: (G,) float64, timestamp of the first frame.
        duration_s: (G,) float32, from the first to the last frame, steps back counting as zero.
    """

    node_ptr: np.ndarray
    edge_ptr: np.ndarray
    can_id: np.ndarray
    node_id: np.ndarray
    node_count: np.ndarray
    x: np.ndarray
    edge_index: np.ndarray
    edge_attr: np.ndarray
    y: np.ndarray
    attack_frames: np.ndarray
    source: np.ndarray
    start_s: np.ndarray
    duration_s: np.ndarray

    def __len__(self) -> int:
        return len(self.y)

    @property
    def graph_of_node(self) -> np.ndarray:
        """(N,) int64, the graph each node belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.node_ptr))

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def with_arrays(self, **arrays: np.ndarray) -> "PackedGraphs":
        """A copy in which some arrays are others."""
        return replace(self, **arrays)

    def select(self, indices: np.ndarray) -> "PackedGraphs":
        """The graphs of the given indices, in that order.

        Args:
            indices: (B,) integers in [0, G).

        Returns:
            B graphs.
        """
        indices = np.asarray(indices)
        node_ptr, nodes, _ = _rows(self.node_ptr, indices)
        edge_ptr, edges, _ = _rows(self.edge_ptr, indices)
        kept = {name: getattr(self, name)[nodes] for name in _PER_NODE}
        kept.update({name: getattr(self, name)[indices] for name in _PER_GRAPH})
        kept.update(edge_index=self.edge_index[:, edges], edge_attr=self.edge_attr[edges])
        return PackedGraphs(node_ptr=node_ptr, edge_ptr=edge_ptr, **kept)

    def batch(self, indices: np.ndarray | torch.Tensor) -> "Batch":
        """The graphs of the given indices as one PyTorch Geometric batch.

        Args:
            indices: (B,) integers in [0, G), in any order, with repetition.

        Returns:
            ``x``, ``node_id``, ``node_count``, ``edge_index`` (global), ``edge_attr``, ``batch``, ``ptr`` and ``y``.

        Raises:
            ImportError: PyTorch Geometric is absent.
        """
        try:
            from torch_geometric.data import Batch
        except ImportError as error:
            message = "batches of graphs need torch-geometric. Install the extra: pip install -e '.[can]'"
            raise ImportError(message) from error
        tensors = {name: torch.from_numpy(array) for name, array in self._batch_arrays(np.asarray(indices)).items()}
        return Batch(**tensors)

    def _batch_arrays(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        ptr, nodes, graph_of_node = _rows(self.node_ptr, indices)
        _, edges, graph_of_edge = _rows(self.edge_ptr, indices)
        return {
            "x": self.x.take(nodes, axis=0),
            "node_id": self.node_id.take(nodes),
            "node_count": self.node_count.take(nodes),
            "edge_index": self.edge_index.take(edges, axis=1) + ptr.take(graph_of_edge),
            "edge_attr": self.edge_attr.take(edges, axis=0),
            "batch": graph_of_node,
            "ptr": ptr,
            "y": self.y.take(indices),
        }


def _rows(ptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = ptr.take(indices)
    count = ptr.take(indices + 1) - first
    new_ptr = np.zeros(len(indices) + 1, np.int64)
    np.cumsum(count, out=new_ptr[1:])
    rows = np.arange(new_ptr[-1]) + np.repeat(first - new_ptr[:-1], count)
    return new_ptr, rows, np.repeat(np.arange(len(indices)), count)


def concatenate_graphs(parts: list[PackedGraphs]) -> PackedGraphs:
    """Several packs as one, in order.

    Args:
        parts: at least one pack.

    Returns:
        all their graphs; ``source`` is kept as it stands.
    """
    joined = {
        name: np.concatenate([getattr(p, name) for p in parts]) for name in (*_PER_NODE, *_PER_GRAPH, "edge_attr")
    }
    joined["edge_index"] = np.concatenate([part.edge_index for part in parts], axis=1)
    for name in ("node_ptr", "edge_ptr"):
        counts = np.concatenate([np.diff(getattr(part, name)) for part in parts])
        joined[name] = np.concatenate(([0], np.cumsum(counts)))
    return PackedGraphs(**joined)
