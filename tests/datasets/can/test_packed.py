import sys

import numpy as np
import pytest
import torch

from stillhouse.datasets.can import build_graphs
from stillhouse.datasets.can.packed import concatenate_graphs

geometric = pytest.importorskip("torch_geometric.data")


@pytest.fixture
def graphs(make_frames):
    return build_graphs(make_frames(2000, attack_share=0.005))


def _one(graphs, g):
    nodes, edges = slice(*graphs.node_ptr[g : g + 2]), slice(*graphs.edge_ptr[g : g + 2])
    return geometric.Data(
        x=torch.tensor(graphs.x[nodes]),
        node_id=torch.tensor(graphs.node_id[nodes]),
        node_count=torch.tensor(graphs.node_count[nodes]),
        edge_index=torch.tensor(graphs.edge_index[:, edges]),
        edge_attr=torch.tensor(graphs.edge_attr[edges]),
        y=torch.tensor(graphs.y[g : g + 1]),
    )


def test_batch_equals_that_of_pytorch_geometric(graphs):
    indices = [7, 0, 19, 7, 3]
    ours, theirs = graphs.batch(indices), geometric.Batch.from_data_list([_one(graphs, g) for g in indices])
    assert ours.num_graphs == theirs.num_graphs == 5
    for name in ("x", "node_id", "node_count", "edge_index", "edge_attr", "y", "batch", "ptr"):
        assert torch.equal(ours[name], theirs[name]), name
        assert ours[name].dtype == theirs[name].dtype, name
    assert ours.num_nodes == theirs.num_nodes


def test_batch_takes_tensors_and_leaves_the_pack_alone(graphs):
    before = graphs.x.copy()
    batch = graphs.batch(torch.tensor([1, 2]))
    batch.x.zero_()
    np.testing.assert_array_equal(graphs.x, before)


def test_select_and_concatenate_are_inverse(graphs):
    again = concatenate_graphs([graphs.select(np.arange(12)), graphs.select(np.arange(12, 20))])
    for name, array in graphs.arrays().items():
        np.testing.assert_array_equal(getattr(again, name), array, err_msg=name)


def test_graph_of_node_counts_nodes(graphs):
    np.testing.assert_array_equal(np.bincount(graphs.graph_of_node), np.diff(graphs.node_ptr))


def test_missing_extra_is_named(graphs, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_geometric.data", None)
    with pytest.raises(ImportError, match=r"pip install -e '\.\[can\]'"):
        graphs.batch([0])
