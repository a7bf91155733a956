"""What is learnt from benign training windows alone: the known identifiers and the range of each feature."""

from dataclasses import dataclass

import numpy as np

from .errors import CANFormatError
from .packed import PackedGraphs

UNKNOWN = 0
_CLIP = (-1.0, 2.0)


@dataclass(frozen=True)
class Vocabulary:
    """Known identifiers; the index of the k-th is k + 1, and 0 stands for any other.

    Args:
        can_ids: (V,) uint32, ascending and distinct.

    Raises:
        CANFormatError: not ascending.
    """

    can_ids: np.ndarray

    def __post_init__(self) -> None:
        if (self.can_ids[1:] <= self.can_ids[:-1]).any():
            raise CANFormatError(
                "vocabulary", "identifiers out of order", "ascending ones", "Use Vocabulary.fit or .of."
            )

    def __len__(self) -> int:
        return len(self.can_ids) + 1

    @classmethod
    def of(cls, can_ids: np.ndarray) -> "Vocabulary":
        """The vocabulary of all identifiers that occur in an array."""
        return cls(np.unique(can_ids).astype(np.uint32))

    @classmethod
    def fit(cls, graphs: PackedGraphs) -> "Vocabulary":
        """The vocabulary of the benign graphs (y = 0)."""
        return cls.of(graphs.can_id[benign_nodes(graphs)])

    def lookup(self, can_id: np.ndarray) -> np.ndarray:
        """The index of each identifier.

        Args:
            can_id: (N,) integers.

        Returns:
            (N,) int64 in [0, V].
        """
        if not len(self.can_ids):
            return np.zeros(len(can_id), np.int64)
        place = np.minimum(np.searchsorted(self.can_ids, can_id), len(self.can_ids) - 1)
        return np.where(self.can_ids[place] == can_id, place + 1, UNKNOWN)

    def state(self) -> list[str]:
        """Plain content: the identifiers as hexadecimal strings."""
        return [f"{can_id:03X}" for can_id in self.can_ids.tolist()]

    @classmethod
    def from_state(cls, state: list[str]) -> "Vocabulary":
        """The inverse of ``state``."""
        return cls(np.array([int(word, 16) for word in state], np.uint32))


@dataclass(frozen=True)
class Scaler:
    """Maps each feature's range on benign training windows to [0, 1], clipped to [-1, 2]; a constant feature maps to 0.

    Args:
        node_low: (F,) float32 smallest values; with ``node_high`` for nodes.
        node_high: (F,) float32 largest values.
        edge_low: (D,) float32, the same for edges.
        edge_high: (D,) float32.
    """

    node_low: np.ndarray
    node_high: np.ndarray
    edge_low: np.ndarray
    edge_high: np.ndarray

    @classmethod
    def fit(cls, graphs: PackedGraphs) -> "Scaler":
        """The ranges over the benign graphs (y = 0).

        Raises:
            CANFormatError: there is none.
        """
        nodes = graphs.x[benign_nodes(graphs)]
        edges = graphs.edge_attr[np.repeat(graphs.y == 0, np.diff(graphs.edge_ptr))]
        if not len(nodes):
            remedy = "Training data need windows without attacks (train_01_attack_free)."
            raise CANFormatError("scaler", "no benign window", "at least one", remedy)
        return cls(nodes.min(axis=0), nodes.max(axis=0), edges.min(axis=0), edges.max(axis=0))

    def transform(self, graphs: PackedGraphs) -> PackedGraphs:
        """The same graphs with scaled features.

        Args:
            graphs: unscaled features.

        Returns:
            features in [-1, 2], float32.
        """
        x = _scale(graphs.x, self.node_low, self.node_high)
        return graphs.with_arrays(x=x, edge_attr=_scale(graphs.edge_attr, self.edge_low, self.edge_high))

    def state(self) -> dict[str, list[float]]:
        """Plain content: lists of floats."""
        return {name: getattr(self, name).tolist() for name in ("node_low", "node_high", "edge_low", "edge_high")}

    @classmethod
    def from_state(cls, state: dict[str, list[float]]) -> "Scaler":
        """The inverse of ``state``."""
        return cls(**{name: np.array(values, np.float32) for name, values in state.items()})


def benign_nodes(graphs: PackedGraphs) -> np.ndarray:
    """(N,) bool, whether a node belongs to a benign graph."""
    return np.repeat(graphs.y == 0, np.diff(graphs.node_ptr))


def _scale(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    span = np.where(high > low, high - low, 1).astype(np.float32)
    scaled = (values - low) / span
    return np.clip(scaled, *_CLIP, out=scaled)
