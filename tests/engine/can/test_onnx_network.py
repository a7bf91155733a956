from dataclasses import replace
from pathlib import Path

import onnx
import pytest
import torch
from onnx_networks import DATA, GAT, VGAE, build, trained

from stillhouse.engine.can.onnx_export import export_network
from stillhouse.engine.can.onnx_graphs import random_graphs
from stillhouse.engine.can.onnx_network import OnnxNetwork
from stillhouse.engine.errors import ExportError


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("onnx_network")
    return export_network(trained(folder), folder / "gat.onnx").path


def graphs(sizes=(5, 1, 8)):
    return random_graphs(build(), sizes, torch.Generator().manual_seed(4))


@pytest.mark.parametrize("threads", [1, 2])
def test_it_answers_as_the_network_in_new_sizes(file, threads):
    network, exported = build(), OnnxNetwork(file, threads)
    for sizes in ((70, 3), (1,), (2,) * 40):
        batch = {"graph": graphs(sizes)}
        with torch.no_grad():
            expected = network.predict(batch)
        torch.testing.assert_close(exported.predict(batch), expected, rtol=1e-4, atol=1e-5)
    assert exported.outputs == ("logits", "embedding", "score", "probability")


def test_it_reads_the_batches_of_the_data_set(file):
    data = pytest.importorskip("torch_geometric.data")
    graph = graphs()
    fields = {name: getattr(graph, name) for name in ("x", "node_id", "edge_index", "edge_attr", "batch", "ptr")}
    found = OnnxNetwork(file).predict({"graph": data.Batch(**fields)})
    torch.testing.assert_close(found, OnnxNetwork(file).predict({"graph": graph}))


def test_it_knows_where_it_came_from(file):
    exported = OnnxNetwork(file)
    assert exported.file == file and exported.meta["network"] == GAT and exported.meta["data"] == DATA


def test_graphs_that_the_network_was_not_built_for_are_refused(file):
    exported, graph = OnnxNetwork(file), graphs()
    with pytest.raises(ValueError, match=r"graph\.x: expected shape \(\*, 7\), got shape \(14, 3\)"):
        exported.predict({"graph": replace(graph, x=graph.x[:, :3])})
    with pytest.raises(ValueError, match=r"graph\.node_id: got index 10, expected below num_ids = 10"):
        exported.predict({"graph": replace(graph, node_id=graph.node_id.clone().fill_(10))})


def test_graphs_without_nodes_are_refused(file):
    graph = graphs()
    with pytest.raises(ValueError, match=r"graph\.batch: names 3 graphs, graph\.ptr 4; each needs a node"):
        OnnxNetwork(file).predict({"graph": replace(graph, ptr=torch.cat([graph.ptr, graph.ptr[-1:]]))})
    none = torch.zeros(0, dtype=torch.int64)
    empty = replace(
        graph, x=graph.x[:0], node_id=none, edge_index=none.expand(2, 0), edge_attr=graph.edge_attr[:0], batch=none, ptr=none[:0]
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"graph\.batch: names 0 graphs"):
        OnnxNetwork(file).predict({"graph": empty})


def test_a_network_that_leaves_edge_attributes_out_is_given_none(tmp_path):
    network = build(VGAE, conv="gat")
    exported = OnnxNetwork(export_network(trained(tmp_path, network), tmp_path / "vgae.onnx").path)
    with torch.no_grad():
        expected = network.predict({"graph": graphs()})
    torch.testing.assert_close(exported.predict({"graph": graphs()}), expected, rtol=1e-4, atol=1e-5)


def test_files_that_cannot_be_used_are_named(file, tmp_path):
    with pytest.raises(ExportError, match=r"none\.onnx: no such file. Write it with tools/export\.py MODEL --onnx"):
        OnnxNetwork(tmp_path / "none.onnx")
    (tmp_path / "torn.onnx").write_bytes(file.read_bytes()[:500])
    with pytest.raises(ExportError, match=r"torn\.onnx: is damaged or not an ONNX file"):
        OnnxNetwork(tmp_path / "torn.onnx")
    model = onnx.load(str(file))
    model.opset_import[0].version = 999
    onnx.save(model, str(tmp_path / "later.onnx"))
    with pytest.raises(
        ExportError, match=r"later\.onnx: ONNX Runtime [\d.]+ refuses it (?s:.*)pip install -U 'stillhouse\[onnx\]'"
    ):
        OnnxNetwork(tmp_path / "later.onnx")


def test_a_number_of_threads_below_one_is_refused(file):
    with pytest.raises(ValueError, match=r"OnnxNetwork\.threads: got 0, expected 1 or more"):
        OnnxNetwork(file, threads=0)
