from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx_networks import GAT, VGAE, build

from stillhouse.engine.can.onnx_graphs import random_graphs
from stillhouse.engine.can.onnx_rows import with_row_scatters
from stillhouse.engine.can.onnx_tracing import trace


def kinds(model):
    return Counter(node.op_type for node in model.graph.node)


def answers(model, graph):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {given.name: getattr(graph, given.name).numpy() for given in session.get_inputs()})


@pytest.mark.parametrize("cfg", [{**GAT, "pool": "mean_max"}, VGAE], ids=["gat", "vgae"])
def test_each_reducing_scatter_is_replaced_with_the_same_results(tmp_path, cfg):
    network = build(cfg)
    trace(network, tmp_path / "a.onnx")
    model = onnx.load(str(tmp_path / "a.onnx"))
    before = model.SerializeToString()
    by_rows = with_row_scatters(model)
    onnx.checker.check_model(by_rows)
    replaced = kinds(model)["ScatterElements"]
    assert replaced >= 6 and kinds(by_rows)["ScatterElements"] == 0
    assert kinds(by_rows)["ScatterND"] == kinds(model)["ScatterND"] + replaced
    assert model.SerializeToString() == before
    graph = random_graphs(network, [5, 1, 12], torch.Generator().manual_seed(0))
    for got, expected in zip(answers(by_rows, graph), answers(model, graph)):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("changes", [dict(axis=1, reduction="add"), dict(axis=0)])
def test_other_scatters_stay(changes):
    kind, shape = onnx.TensorProto.FLOAT, [2, 2]
    values = [onnx.helper.make_tensor_value_info(name, kind, shape) for name in ("base", "rows", "out")]
    index = onnx.helper.make_tensor_value_info("index", onnx.TensorProto.INT64, shape)
    node = onnx.helper.make_node("ScatterElements", ["base", "index", "rows"], ["out"], **changes)
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", [values[0], index, values[1]], [values[2]]))
    assert with_row_scatters(model) == model
