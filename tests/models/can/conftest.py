"""Small random windows in the shape that the CAN data sets give."""

from types import SimpleNamespace

import pytest
import torch

FEATURES, EDGE_FEATURES = 20, 11


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def make_batch():
    """``make_batch(sizes, num_ids, seed)``: a batch of windows with the given numbers of nodes, two edges a node."""

    def make(sizes=(4, 6, 5), num_ids=10, seed=0, dtype=torch.float32):
        generator = torch.Generator().manual_seed(seed)
        total, ptr = sum(sizes), torch.tensor([0, *sizes]).cumsum(0)
        edges = [torch.randint(start, start + n, (2, 2 * n), generator=generator) for start, n in zip(ptr, sizes)]
        edge_index = torch.cat(edges, dim=1)
        graph = SimpleNamespace(
            x=torch.rand(total, FEATURES, generator=generator, dtype=dtype),
            node_id=torch.randint(0, num_ids, (total,), generator=generator),
            edge_index=edge_index,
            edge_attr=torch.rand(edge_index.shape[1], EDGE_FEATURES, generator=generator, dtype=dtype),
            batch=torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes)),
            ptr=ptr,
        )
        return {"graph": graph, "y": torch.arange(len(sizes)) % 2}

    return make


@pytest.fixture
def permute():
    """``permute(batch, order)``: the same windows with their nodes in another order (``new = old[order]``)."""

    def apply(batch, order):
        graph, place = batch["graph"], torch.empty_like(order)
        place[order] = torch.arange(len(order))
        moved = SimpleNamespace(
            x=graph.x[order],
            node_id=graph.node_id[order],
            edge_index=place[graph.edge_index],
            edge_attr=graph.edge_attr,
            batch=graph.batch[order],
            ptr=graph.ptr,
        )
        return {**batch, "graph": moved}

    return apply


@pytest.fixture
def shuffled():
    """An order that moves nodes within their own windows of 4, 6 and 5 nodes."""
    generator = torch.Generator().manual_seed(3)
    parts = [start + torch.randperm(n, generator=generator) for start, n in ((0, 4), (4, 6), (10, 5))]
    return torch.cat(parts)
