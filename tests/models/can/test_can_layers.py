import sys
from types import SimpleNamespace

import pytest
import torch

from stillhouse.models.can import layers


@pytest.fixture
def two_graphs():
    return SimpleNamespace(batch=torch.tensor([0, 0, 1]), ptr=torch.tensor([0, 2, 3]))


def test_pooling_of_each_graph_by_hand(two_graphs):
    values = torch.tensor([1.0, 5.0, -2.0])
    assert layers.graph_mean(values, two_graphs).tolist() == [3.0, -2.0]
    assert layers.graph_max(values, two_graphs).tolist() == [5.0, -2.0]
    assert layers.graph_mean(values[:, None].expand(3, 4), two_graphs).shape == (2, 4)


def test_self_edges_keep_the_loops_of_the_traffic():
    index, attr = layers.with_self_edges(torch.tensor([[0, 1], [0, 0]]), torch.ones(2, 3), num_nodes=2)
    assert index.tolist() == [[0, 1, 0, 1], [0, 0, 0, 1]]
    assert attr.tolist() == [[1.0] * 3] * 2 + [[0.0] * 3] * 2


def test_unknown_id_is_trained_and_never_drawn_in_evaluation():
    torch.manual_seed(0)
    embedding = layers.IdEmbedding(5, 3, unk_rate=0.1)
    node_id = torch.full((4000,), 2)
    hidden = (embedding(node_id) == embedding.table.weight[0]).all(dim=1).float().mean()
    assert 0.08 < hidden < 0.12
    assert (embedding.eval()(node_id) == embedding.table.weight[2]).all()


def test_unk_rate_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"unk_rate: expected a number in \[0, 1\), got 1.0"):
        layers.IdEmbedding(5, 3, unk_rate=1.0)


def test_norm_of_a_single_node_uses_and_keeps_the_running_statistics():
    norm = layers.NodeNorm(2)
    norm.running_mean.fill_(1.0)
    norm.running_var.fill_(4.0)
    out = norm(torch.tensor([[3.0, 5.0]]))
    torch.testing.assert_close(out, torch.tensor([[1.0, 2.0]]))
    assert norm.running_mean.tolist() == [1.0, 1.0]


def test_norm_of_several_nodes_is_batch_normalisation():
    values = torch.rand(6, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layers.NodeNorm(2)(values), torch.nn.BatchNorm1d(2)(values))


def test_width_that_the_heads_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="10 is not a multiple of num_heads = 4"):
        layers.AttentionLayer(3, 10, 4, 11)


def test_unknown_conv_names_the_nearest():
    with pytest.raises(ValueError, match=r"conv: .*got 'gatv3'. Did you mean 'gatv2'"):
        layers.known_conv("gatv3")


def test_absent_torch_geometric_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_geometric", None)
    with pytest.raises(ImportError, match=r"GATConv comes from torch-geometric.*pip install 'stillhouse\[can\]'"):
        layers.import_layer("GATConv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": torch.zeros(15, 3)}, r"graph.x: expected shape \(\*, 20\), got shape \(15, 3\).*in_features"),
        ({"edge_attr": None}, r"graph.edge_attr: expected shape \(\*, 11\), got nothing.*edge_features"),
        ({"node_id": torch.full((15,), 10)}, "got index 10, expected below num_ids = 10.*vocabulary"),
    ],
)
def test_a_graph_that_does_not_fit_is_refused(make_batch, change, message):
    graph = SimpleNamespace(**{**vars(make_batch()["graph"]), **change})
    with pytest.raises(ValueError, match=message):
        layers.check_graph(graph, num_ids=10, in_features=20, edge_features=11)
