"""Graphs as an exported network reads them: five tensors, and random ones to try it on."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..errors import ExportError

INPUTS = ("x", "node_id", "edge_index", "edge_attr", "batch")
FREE_DIMENSIONS = {
    "x": {0: "nodes"},
    "node_id": {0: "nodes"},
    "edge_index": {1: "edges"},
    "edge_attr": {0: "edges"},
    "batch": {0: "nodes"},
}
WIDTHS = ("num_ids", "in_features", "edge_features")
_LOW, _HIGH = -1.0, 2.0


@dataclass
class GraphTensors:
    """A batch of G graphs with N nodes and E edges in all, as networks read it.

    Args:
        x: (N, F) float32, node features.
        node_id: (N,) int64 in [0, num_ids).
        edge_index: (2, E) int64, source and target, counted over the whole batch.
        edge_attr: (E, D) float32.
        batch: (N,) int64, the graph of each node; each of 0 to G - 1 occurs.
        ptr: (G + 1,) int64, the nodes of graph g are ``ptr[g]:ptr[g + 1]``.
    """

    x: Tensor
    node_id: Tensor
    edge_index: Tensor
    edge_attr: Tensor
    batch: Tensor
    ptr: Tensor

    @classmethod
    def of(cls, x: Tensor, node_id: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor) -> "GraphTensors":
        """The graphs of the five inputs; their number is one more than the largest of ``batch``."""
        count = batch.max() + 1
        sizes = torch.zeros(count, dtype=torch.int64).index_add(0, batch, torch.ones_like(batch))  # type: ignore[arg-type]
        return cls(x, node_id, edge_index, edge_attr, batch, torch.cat([sizes.new_zeros(1), sizes.cumsum(0)]))

    def __getattr__(self, name: str):
        # Python asks here only for what the class lacks; its own protocols must still see an AttributeError.
        if name.startswith("__"):
            raise AttributeError(name)
        raise ExportError(
            f"the network reads graph.{name}; an exported one is given {', '.join(INPUTS)} and ptr alone."
        )

    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors in the order of ``INPUTS``."""
        return tuple(getattr(self, name) for name in INPUTS)


def graph_widths(network: nn.Module) -> dict[str, int]:
    """``num_ids``, ``in_features`` and ``edge_features`` of the graphs that a network reads, itself or a network within it.

    Raises:
        ExportError: no part of it has all three.
    """
    parts = (part for part in network.modules() if all(hasattr(part, name) for name in WIDTHS))
    part = next(parts, None)
    if part is None:
        missing = ", ".join(WIDTHS)
        raise ExportError(
            f"{type(network).__name__} cannot be exported: no part of it has {missing}; keep them as attributes."
        )
    return {name: getattr(part, name) for name in WIDTHS}


def random_graphs(
    network: nn.Module, sizes: Sequence[int], generator: torch.Generator, edges_of_node: int = 2
) -> GraphTensors:
    """A batch of graphs with features in [-1, 2], where scaled ones lie.

    Edges join random nodes of a graph, so loops occur, some edges twice, and some nodes have none. Half of the graphs of one
    node have no edge at all.

    Args:
        network: gives the widths.
        sizes: nodes of each graph, at least 1.
        generator: of the draws.
        edges_of_node: edges of a graph for each of its nodes.
    """
    widths = graph_widths(network)
    counts = [edges_of_node * size * (size > 1 or _flip(generator)) for size in sizes]
    firsts = torch.tensor([0, *sizes]).cumsum(0)
    edges = [
        torch.randint(int(first), int(first) + size, (2, count), generator=generator)
        for first, size, count in zip(firsts, sizes, counts)
    ]
    nodes = int(firsts[-1])
    return GraphTensors.of(
        x=_uniform(nodes, widths["in_features"], generator),
        node_id=torch.randint(0, widths["num_ids"], (nodes,), generator=generator),
        edge_index=torch.cat(edges, dim=1),
        edge_attr=_uniform(sum(counts), widths["edge_features"], generator),
        batch=torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(list(sizes))),
    )


def _uniform(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    return torch.empty(rows, columns).uniform_(_LOW, _HIGH, generator=generator)


def _flip(generator: torch.Generator) -> bool:
    return bool(torch.randint(2, (), generator=generator))
