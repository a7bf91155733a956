"""Which nodes of a window carry its score: what an alarm says of the identifiers to look at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...losses.base import upcast
from .layers import num_graphs


@dataclass(frozen=True)
class Explained:
    """A prediction, and which nodes carry it: found only when asked for, since most windows raise no alarm.

    Args:
        outputs: what ``predict`` gives, ``score`` (B,) among it.
        contributions: gives (N,), how much each node adds to its window's score.
    """

    outputs: dict[str, Tensor]
    contributions: Callable[[], Tensor]


def above_median(error: Tensor, graph: Any) -> Tensor:
    """By how much each node's own error lies above that of the window's middle node.

    Every node has some error, also in benign traffic; what stands out is what lies above the median.

    Args:
        error: (N,).
        graph: a batch of graphs with N nodes.

    Returns:
        (N,) at least 0.
    """
    sizes = (graph.ptr[1:] - graph.ptr[:-1]).tolist()
    middle = torch.stack([part.median() for part in error.split(sizes)])
    return (error - middle[graph.batch]).clamp(min=0)


def gradient_explained(network: Any, batch: dict) -> Explained:
    """Predict, and explain by gradient times input: how much each node's embedding and features add to first order.

    One forward pass serves both; one backward pass serves all windows of the batch, since windows do not see each other.

    Args:
        network: has ``ids``, the module that embeds ``graph.node_id``, and a ``predict`` whose ``score`` is differentiable.
        batch: ``graph``, a batch of graphs with N nodes, and what else ``predict`` reads.

    Source:
        Shrikumar et al., Not Just a Black Box, 2016.
    """
    embedded: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
        embedded.append(output.detach().requires_grad_())
        return embedded[0]

    graph = batch["graph"]
    features, handle = graph.x, network.ids.register_forward_hook(keep)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            graph.x = read = features.detach().clone().requires_grad_()
            outputs = network.predict(batch)
    finally:
        handle.remove()
        graph.x = features

    def contributions() -> Tensor:
        values = (embedded[0], read)
        with torch.inference_mode(False):
            found = torch.autograd.grad(outputs["score"].sum(), values, retain_graph=True)
            products = [upcast(gradient * value).sum(dim=1) for gradient, value in zip(found, values)]
            return torch.stack(products).sum(dim=0).detach()

    return Explained({name: value.detach() for name, value in outputs.items()}, contributions)


def shares(contributions: Tensor, graph: Any) -> Tensor:
    """(N,) in [0, 1]: what raises a window's score, relative to all that raises it; 0 where nothing does."""
    raising = upcast(contributions).clamp(min=0)
    total = raising.new_zeros(num_graphs(graph)).index_add(0, graph.batch, raising)
    return raising / total.clamp(min=torch.finfo(raising.dtype).tiny)[graph.batch]


def occlusion_contributions(predict: Callable[[dict], dict], graph: Any) -> Tensor:
    """By how much each window's score falls when one of its nodes and the edges at it are taken away.

    For any network, by its predictions alone; as many windows are scored as there are nodes.

    Args:
        predict: a batch to ``score``, one value a window.
        graph: a batch of graphs with N nodes.

    Returns:
        (N,); 0 for the only node of a window, which nothing is left without.
    """
    whole = torch.as_tensor(predict({"graph": graph})["score"])
    found = torch.zeros(len(graph.node_id))
    for number in range(num_graphs(graph)):
        first, end = int(graph.ptr[number]), int(graph.ptr[number + 1])
        if end - first > 1:
            without = torch.as_tensor(predict({"graph": _leave_one_out(graph, first, end)})["score"])
            found[first:end] = whole[number] - without
    return found


def _leave_one_out(graph: Any, first: int, end: int) -> Any:
    """A batch of copies of one window, the k-th without its k-th node."""
    nodes = torch.arange(first, end)
    kept = nodes.repeat(len(nodes), 1)[~torch.eye(len(nodes), dtype=torch.bool)].view(len(nodes), -1)
    inside = (graph.batch == graph.batch[first])[graph.edge_index[0]]
    edges, attributes = graph.edge_index[:, inside] - first, graph.edge_attr[inside]
    copies = nodes[:, None] - first
    stays = ((edges[0] != copies) & (edges[1] != copies)).nonzero()
    copy, edge = stays[:, 0], stays[:, 1]
    ends = edges[:, edge]
    place = ends - (ends > copy).long() + copy * (len(nodes) - 1)
    rows = kept.reshape(-1)
    return type(graph)(
        x=graph.x[rows],
        node_id=graph.node_id[rows],
        node_count=graph.node_count[rows],
        edge_index=place,
        edge_attr=attributes[edge],
        batch=torch.arange(len(nodes)).repeat_interleave(len(nodes) - 1),
        ptr=torch.arange(len(nodes) + 1) * (len(nodes) - 1),
    )
